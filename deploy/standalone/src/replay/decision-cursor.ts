import { comparePositions, type Decision, type Position } from '@haltwire/schemas';
import type { RecordedLog } from './recorded-log.ts';

/** Decisions that the log holds, handed out with the inputs that caused them. Inputs must be asked for in order. */
export class DecisionCursor {
  readonly #log: RecordedLog;
  readonly #readers = new Map<number, Reader | undefined>();

  constructor(log: RecordedLog) {
    this.#log = log;
  }

  /** Decisions of one input; undefined where the log holds none at all from there on. */
  async of(position: Position): Promise<readonly Decision[] | undefined> {
    const { partition } = position;
    if (!this.#readers.has(partition)) {
      const batches = this.#log.decisions(partition);
      this.#readers.set(partition, batches === undefined ? undefined : new Reader(batches));
    }
    return this.#readers.get(partition)?.of(position);
  }

  /** Ends all readers. */
  async close(): Promise<void> {
    await Promise.all([...this.#readers.values()].map((reader) => reader?.close()));
  }
}

class Reader {
  readonly #batches: AsyncIterator<readonly Decision[]>;
  #waiting: Decision[] = [];
  #ended = false;

  constructor(batches: AsyncIterable<readonly Decision[]>) {
    this.#batches = batches[Symbol.asyncIterator]();
  }

  async of(position: Position): Promise<readonly Decision[] | undefined> {
    const found: Decision[] = [];
    for (;;) {
      const next = await this.#peek();
      if (next === undefined) return found.length > 0 ? found : undefined;
      const order = comparePositions(next.position, position);
      if (order > 0) return found;
      // What was decided about inputs that are no longer there is passed over.
      if (order === 0) found.push(next);
      this.#waiting.shift();
    }
  }

  async #peek(): Promise<Decision | undefined> {
    while (this.#waiting.length === 0 && !this.#ended) {
      const { value, done } = await this.#batches.next();
      if (done === true) this.#ended = true;
      else this.#waiting = [...value];
    }
    return this.#waiting[0];
  }

  async close(): Promise<void> {
    await this.#batches.return?.();
  }
}
