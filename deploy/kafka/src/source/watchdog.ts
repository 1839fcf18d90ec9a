/** What the watchdog looks at. */
export interface Watched {
  /** Grows with every delivery. */
  readonly deliveries: () => number;
  /** The offset that the reader wants next, while it waits for the broker; undefined while its consumer is busy. */
  readonly wanted: () => number | undefined;
  /** The partition's end, asked over another connection. May reject: then nothing is known. */
  readonly askEnd: () => Promise<number>;
  /** Called with the end whenever it was asked. */
  readonly onEnd: (end: number) => void;
  /** Called when the reader waits, the end is ahead of it, and nothing has come for `stallMs`. */
  readonly onStall: (wanted: number, end: number) => void;
}

/** Looks so often within `stallMs`. */
const LOOKS = 4;

/**
 * Watches one reader's progress, from the outside: where the partition ends against what was delivered.
 *
 * It does not ask why nothing comes: a lost answer, a half-open socket, a client that waits for ever. It asks only when
 * nothing was delivered since its last look. Returns how to end it.
 */
export function watchProgress(watched: Watched, stallMs: number): () => void {
  let seen = watched.deliveries();
  let behindSince: number | undefined;
  let looking = false;

  async function look(): Promise<void> {
    const before = watched.deliveries();
    const wanted = watched.wanted();
    if (before !== seen) {
      seen = before;
      behindSince = undefined;
      return;
    }
    const end = await watched.askEnd().catch(() => undefined);
    if (end !== undefined) watched.onEnd(end);
    // A consumer that takes its time is left alone.
    if (
      end === undefined ||
      wanted === undefined ||
      watched.deliveries() !== before ||
      watched.wanted() !== wanted ||
      end <= wanted
    ) {
      behindSince = undefined;
      return;
    }
    behindSince ??= performance.now();
    if (performance.now() - behindSince < stallMs) return;
    behindSince = undefined;
    watched.onStall(wanted, end);
  }

  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    look().finally(() => {
      looking = false;
    });
  }, stallMs / LOOKS);
  timer.unref();
  return () => clearInterval(timer);
}
