import { setTimeout as delay } from 'node:timers/promises';

/** How long to wait between attempts, ms. */
export interface Backoff {
  readonly firstMs: number;
  readonly mostMs: number;
}

/** Does something again and again until the signal aborts, `everyMs` after it was done the last time. */
export async function every(
  everyMs: number,
  action: () => Promise<void>,
  signal: AbortSignal,
  onFailure: (error: unknown) => void,
): Promise<void> {
  while (!signal.aborted) {
    await delay(everyMs, undefined, { signal }).catch(() => undefined);
    if (!signal.aborted) await action().catch(onFailure);
  }
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
