/** Options of `backoffMs`. */
export interface BackoffOptions {
  /** Longest wait before the first retry, ms. */
  readonly firstMs: number;
  /** Longest wait at all, ms. */
  readonly mostMs: number;
}

/**
 * How long to wait before retry number `attempt` (from 0): doubles each time, half of it by chance, so that many
 * processes do not come back in step.
 *
 * @example
 * backoffMs(3, Math.random(), { firstMs: 100, mostMs: 5000 }) // 400 to 800
 */
export function backoffMs(attempt: number, random: number, options: BackoffOptions): number {
  const full = Math.min(options.mostMs, options.firstMs * 2 ** Math.min(attempt, 30));
  return full / 2 + (full / 2) * random;
}
