/** One execution that is under way. */
export class RunningCall {
  readonly #controller = new AbortController();
  readonly #settled: Promise<void>;
  #markSettled: () => void = () => {};
  #refuse: (error: unknown) => void = () => {};

  constructor() {
    this.#settled = new Promise((resolve) => {
      this.#markSettled = resolve;
    });
  }

  /** Handed to `execute`. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Resolves when the execution has come to its end, however. */
  get settled(): Promise<void> {
    return this.#settled;
  }

  /** The caller gave up: the execution may still finish in its own way. */
  abort(reason: unknown): void {
    this.#controller.abort(reason);
  }

  /** The session was killed: the agent gets the error at once, whatever the execution does with its signal. */
  kill(error: unknown): void {
    this.#refuse(error);
    this.#controller.abort(error);
  }

  /**
   * Runs the execution. `onSettled` is called once with its outcome, before the returned promise settles; it must not throw.
   */
  run<R>(
    execute: () => R | PromiseLike<R>,
    onSettled: (outcome: { ok: true; value: R } | { ok: false; error: unknown }) => void,
  ): Promise<R> {
    return new Promise((resolve, reject) => {
      this.#refuse = reject;
      // Starts in this very turn; a synchronous throw becomes a rejection like any other.
      new Promise<R>((begin) => begin(execute())).then(
        (value) => {
          onSettled({ ok: true, value });
          this.#markSettled();
          resolve(value);
        },
        (error: unknown) => {
          onSettled({ ok: false, error });
          this.#markSettled();
          reject(error);
        },
      );
    });
  }
}
