import { setTimeout as delay } from 'node:timers/promises';

/** How long to wait between attempts, ms. */
export interface Backoff {
  readonly firstMs: number;
  readonly mostMs: number;
}

/**
 * Repeats an action until it succeeds or the signal aborts; the wait doubles from `firstMs` to `mostMs`.
 *
 * @param onFailure Called with each failure before the wait.
 * @returns The action's answer; undefined when aborted first.
 */
export async function persist<T>(
  action: () => Promise<T>,
  { firstMs, mostMs }: Backoff,
  signal: AbortSignal,
  onFailure: (error: unknown) => void,
): Promise<T | undefined> {
  for (let wait = firstMs; !signal.aborted; wait = Math.min(wait * 2, mostMs)) {
    try {
      return await action();
    } catch (error) {
      onFailure(error);
    }
    await delay(wait, undefined, { signal }).catch(() => undefined);
  }
  return undefined;
}
