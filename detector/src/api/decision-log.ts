import type { Decision } from '@haltwire/schemas';

/** The newest decisions of this process, for the API. Older ones are in ClickHouse. */
export class DecisionLog {
  readonly #recent: Decision[] = [];
  readonly #cap: number;

  /** @param cap Most decisions kept; default 5000. */
  constructor(cap = 5000) {
    this.#cap = cap;
  }

  add(decision: Decision): void {
    this.#recent.push(decision);
    // Cut in blocks: shifting one by one would move the whole array each time.
    if (this.#recent.length > this.#cap * 1.25) this.#recent.splice(0, this.#recent.length - this.#cap);
  }

  /** Newest last. */
  list(match: (decision: Decision) => boolean, limit: number): Decision[] {
    return this.#recent.filter(match).slice(-limit);
  }
}
