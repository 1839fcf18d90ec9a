/**
 * Waits for some work, but no longer than so many ms; its signal aborts then. The timer keeps the process alive.
 *
 * @example
 * await within(1000, (signal) => recorder.drain(signal));
 */
export async function within(timeoutMs: number, work: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      controller.abort();
      resolve();
    }, timeoutMs);
  });
  try {
    await Promise.race([work(controller.signal), timeout]);
  } finally {
    clearTimeout(timer);
  }
}
