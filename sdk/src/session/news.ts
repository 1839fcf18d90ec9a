/** Without a turn of the event loop for this long, one is taken before the next call. */
const STALE_MS = 20;

/**
 * Lets the process read its socket before a call is decided.
 *
 * A tool that blocks (spawnSync, a busy loop) keeps the event loop from turning, and so does a chain of calls that only
 * await each other's promises: a kill would wait in the socket, unread. Costs nothing while the loop turns.
 */
export class News {
  readonly #now: () => number;
  #heardAt = Number.NEGATIVE_INFINITY;

  /** @param now Monotonic clock, ms. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Whether news may be waiting unread. */
  get stale(): boolean {
    return this.#now() - this.#heardAt >= STALE_MS;
  }

  /** Something was read just now. */
  heard(): void {
    this.#heardAt = this.#now();
  }

  /** Resolves when everything that had arrived has been read. */
  async hear(): Promise<void> {
    // Two turns: what arrives while one polls is read by the next.
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    this.heard();
  }
}
