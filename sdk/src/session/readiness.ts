import type { HaltwireError } from '../errors.ts';

/** Those who wait in `ready()` for the session's first lease. */
export class Readiness {
  readonly #waiting = new Set<(error: HaltwireError | undefined) => void>();

  /** Resolves at `settle()`, rejects at `settle(error)` or after so many ms with `late()`. Keeps the process alive. */
  wait(timeoutMs: number, late: () => HaltwireError): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const settle = (error: HaltwireError | undefined): void => {
        clearTimeout(timer);
        this.#waiting.delete(settle);
        if (error === undefined) resolve();
        else reject(error);
      };
      const timer = setTimeout(() => settle(late()), timeoutMs);
      this.#waiting.add(settle);
    });
  }

  settle(error?: HaltwireError): void {
    for (const settle of [...this.#waiting]) settle(error);
  }
}
