/** The newest requests whose answers are still awaited; older ones cannot matter any more. */
const MAX_OUTSTANDING = 16;

/**
 * The session's leave to decide read-only calls by itself.
 *
 * It counts from the moment its renewal was *sent*, on a monotonic clock: a slow answer can only shorten it. All times
 * are in ms of `Runtime.now`; the class has no clock of its own.
 *
 * @example
 * const lease = new Lease();
 * const n = lease.request(now());
 * lease.grant(n, 10_000);
 * lease.isLive(now()); // true for the ten seconds after the request
 */
export class Lease {
  #next = 0;
  #until = Number.NEGATIVE_INFINITY;
  #sentAt = new Map<number, number>();

  /** Notes that a renewal is sent now. Returns its number. */
  request(now: number): number {
    const n = this.#next;
    this.#next += 1;
    this.#sentAt.set(n, now);
    if (this.#sentAt.size > MAX_OUTSTANDING) this.#sentAt.delete(n - MAX_OUTSTANDING);
    return n;
  }

  /** Takes an answer. False when nobody asked for it. An answer never shortens what a later request was granted. */
  grant(n: number, ttlMs: number): boolean {
    const sentAt = this.#sentAt.get(n);
    if (sentAt === undefined) return false;
    for (const older of this.#sentAt.keys()) if (older <= n) this.#sentAt.delete(older);
    this.#until = sentAt + ttlMs;
    return true;
  }

  /** The socket is gone: nobody could tell us to stop, and answers on their way belong to it. */
  revoke(): void {
    this.#until = Number.NEGATIVE_INFINITY;
    this.#sentAt.clear();
  }

  isLive(now: number): boolean {
    return now < this.#until;
  }
}
