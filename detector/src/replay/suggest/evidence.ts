/** How often something was seen in calls that were allowed without any finding and ran. */
export interface Evidence {
  readonly calls: number;
  readonly sessions: number;
  /** Log time, ms. */
  readonly first: number;
  readonly last: number;
}

/** Counts things by name, per session first: a session that turns out bad counts for nothing. */
export class EvidenceCounts {
  readonly #counts = new Map<string, { calls: number; sessions: number; first: number; last: number }>();

  /** Adds what one session showed. */
  merge(session: ReadonlyMap<string, { readonly calls: number; readonly first: number; readonly last: number }>): void {
    for (const [name, { calls, first, last }] of session) {
      const known = this.#counts.get(name);
      if (known === undefined) {
        this.#counts.set(name, { calls, sessions: 1, first, last });
        continue;
      }
      known.calls += calls;
      known.sessions += 1;
      known.first = Math.min(known.first, first);
      known.last = Math.max(known.last, last);
    }
  }

  get(name: string): Evidence | undefined {
    return this.#counts.get(name);
  }

  /** Everything that was counted, sorted by name: the order must not depend on the log's. */
  entries(): [string, Evidence][] {
    return [...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1));
  }
}
