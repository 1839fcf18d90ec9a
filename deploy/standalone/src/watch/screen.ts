/** A terminal with a stream that scrolls and a panel that stays below it. */
export interface Screen {
  /** Adds lines to the stream, and redraws the panel. */
  print(lines: readonly string[]): void;
  /** Takes the panel away and leaves the stream. */
  close(): void;
}

/** What is needed of stdout. */
export interface Terminal {
  write(text: string): unknown;
}

/** Draws `panel()` below whatever is printed. Each call writes once, so nothing flickers. */
export function createScreen(terminal: Terminal, panel: () => readonly string[]): Screen {
  let height = 0;
  const erase = () => (height === 0 ? '' : `\u001b[${height}F\u001b[J`);
  return {
    print(lines) {
      const below = panel();
      terminal.write(`${erase()}${[...lines, ...below].map((line) => `${line}\n`).join('')}`);
      height = below.length;
    },
    close() {
      terminal.write(erase());
      height = 0;
    },
  };
}
