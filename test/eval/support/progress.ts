/** Says how far a long run is: one line that renews itself on a terminal, else a line every ten seconds. */
export class Progress {
  readonly #begun = performance.now();
  #said = performance.now();
  readonly #quiet: boolean;

  constructor(quiet: boolean) {
    this.#quiet = quiet;
  }

  /** Tells `done` of what `what` names; call it as often as you like. */
  tell(what: string, done: number): void {
    const now = performance.now();
    if (this.#quiet || now - this.#said < (process.stderr.isTTY ? 200 : 10_000)) return;
    this.#said = now;
    const line = `${((now - this.#begun) / 1000).toFixed(0)} s  ${what}: ${done}`;
    process.stderr.write(process.stderr.isTTY ? `\r\u001b[K${line}` : `${line}\n`);
  }

  /** Clears the line. */
  end(): void {
    if (!this.#quiet && process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  }
}
