/**
 * Says something at most once in so many ms: what tries again by itself may fail often.
 *
 * @example
 * const complain = atMostEvery(60_000, (message) => logger.warn(message));
 */
export function atMostEvery(ms: number, say: (message: string) => void): (message: string) => void {
  let quietUntil = Number.NEGATIVE_INFINITY;
  return (message) => {
    const now = performance.now();
    if (now < quietUntil) return;
    quietUntil = now + ms;
    say(message);
  };
}
