const BAR = 24;
/** A terminal is redrawn at most this often, ms. */
const EVERY_MS = 100;

/** Tells on stderr how far a long reading is. Silent without a terminal. */
export interface Progress {
  readonly update: (done: number) => void;
  /** Takes the bar away. */
  clear(): void;
}

/** What is needed of stderr. */
export interface ProgressTerminal {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

/** The bar as text: `████──── 42 %  1,234 of 2,938 records`. */
export function barText(done: number, total: number | undefined, unit: string): string {
  const count = done.toLocaleString('en-US');
  if (total === undefined || total === 0) return `${count} ${unit}`;
  const share = Math.min(1, done / total);
  const full = Math.round(share * BAR);
  const bar = `${'█'.repeat(full)}${'─'.repeat(BAR - full)}`;
  return `${bar} ${String(Math.floor(share * 100)).padStart(3)} %  ${count} of ${total.toLocaleString('en-US')} ${unit}`;
}

/**
 * A progress bar.
 *
 * @example
 * const progress = createProgress('reading', log.total, 'records');
 * progress.update(1234);
 */
export function createProgress(
  what: string,
  total: number | undefined,
  unit: string,
  terminal: ProgressTerminal = process.stderr,
  now: () => number = () => performance.now(),
): Progress {
  let drawn = false;
  let next = 0;
  return {
    update(done) {
      if (terminal.isTTY !== true || now() < next) return;
      next = now() + EVERY_MS;
      drawn = true;
      terminal.write(`\r\u001b[K${what} ${barText(done, total, unit)}`);
    },
    clear() {
      if (drawn) terminal.write('\r\u001b[K');
      drawn = false;
    },
  };
}
