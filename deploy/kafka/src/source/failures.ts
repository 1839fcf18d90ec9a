import { HaltwireError } from '@haltwire/schemas';
import { isFinal, kafkaErrorType } from '../client/errors.ts';

const FIRST_BACKOFF_MS = 50;
const LONGEST_BACKOFF_MS = 2000;
/** A topic that was created a moment ago is not known to every broker yet. */
const MISSING_TOPIC_GRACE_MS = 3000;

/** Resolves after so many ms, or when the signal fires. */
export function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, delayMs);
    signal.addEventListener('abort', done);
  });
}

/** How long to wait after so many failures in a row, ms. */
export function backoffMs(failures: number): number {
  return Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.min(failures - 1, 10));
}

/** Says when reading again is no use: a person must act. */
export class Patience {
  #missingSince: number | undefined;

  /** A missing topic is hopeless when it has been missing for a while. */
  isOver(error: unknown): boolean {
    const code = HaltwireError.isInstance(error) ? error.code : undefined;
    const isMissing = code === 'HALTWIRE_NOT_FOUND' || kafkaErrorType(error) === 'UNKNOWN_TOPIC_OR_PARTITION';
    if (!isMissing) return isFinal(error) || code === 'HALTWIRE_STORAGE';
    this.#missingSince ??= performance.now();
    return performance.now() - this.#missingSince > MISSING_TOPIC_GRACE_MS;
  }

  /** It was read. */
  renew(): void {
    this.#missingSince = undefined;
  }
}

/** What to tell when the wanted offset is not there. `first`: where the partition begins, if that is known. */
export function outOfRange(place: string, wanted: number, first: number | undefined, cause: unknown): HaltwireError {
  const why =
    first !== undefined && wanted < first
      ? `it begins at ${first} now: retention removed what was not read yet. Keep records for longer (kafka.retentionHours)`
      : 'it ends before that: the topic was replaced or cut. Restore it, or start with empty snapshots';
  return new HaltwireError('HALTWIRE_STORAGE', `${place} cannot be read from ${wanted}: ${why}.`, { cause });
}
