import { performance } from 'node:perf_hooks';

/** Questions under way at a time. */
const MOST_OPEN = 8;

/**
 * What a gateway knows of one partition's owner: its epoch, and when it last proved that it follows the log.
 *
 * A proof counts from when the question was asked, on our monotonic clock: a slow answer can only make it shorter.
 */
export class PartitionProof {
  readonly #now: () => number;
  readonly #asked = new Map<number, number>();
  #next = 0;
  #epoch = -1;
  #provenAt = Number.NEGATIVE_INFINITY;

  /** @param now A monotonic clock, ms. Default `performance.now`. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Highest epoch heard of; -1 before the first. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Number of the next question: what is on the log by now was judged when that one is answered. */
  get next(): number {
    return this.#next;
  }

  /** How much is left of a lease that begins with the newest proof, ms. Not positive = nothing is. */
  remainingMs(leaseTtlMs: number): number {
    return this.#provenAt + leaseTtlMs - this.#now();
  }

  /** Begins a question and answers its number; undefined while too many are open. */
  ask(): number | undefined {
    if (this.#asked.size >= MOST_OPEN) {
      // The oldest has waited longest: its answer would prove the least.
      const [oldest] = this.#asked.keys();
      if (oldest === undefined || this.#now() - (this.#asked.get(oldest) ?? 0) < 1000) return undefined;
      this.#asked.delete(oldest);
    }
    const n = this.#next;
    this.#next += 1;
    this.#asked.set(n, this.#now());
    return n;
  }

  /** The question never reached the log. */
  unanswered(n: number): void {
    this.#asked.delete(n);
  }

  /** Takes the owner's answer to question `n`. */
  answer(n: number, epoch: number): 'same-owner' | 'new-owner' {
    const askedAt = this.#asked.get(n);
    this.#asked.delete(n);
    const seen = this.sawEpoch(epoch);
    if (askedAt !== undefined && askedAt > this.#provenAt) this.#provenAt = askedAt;
    return seen;
  }

  /** Takes note of an epoch that is not lower than the one known. */
  sawEpoch(epoch: number): 'same-owner' | 'new-owner' {
    const known = this.#epoch;
    this.#epoch = Math.max(known, epoch);
    return known >= 0 && epoch > known ? 'new-owner' : 'same-owner';
  }
}
