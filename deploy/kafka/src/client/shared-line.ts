import { type Dialer, type Line, openLine } from './connection.ts';

/** One line for many users; whoever finds it broken replaces it for all. */
export interface SharedLine {
  current(): Line;
  /** Drops the line that failed, unless somebody else has done so already. */
  replace(failed: Line): void;
  close(): void;
}

export function shareLine(dialer: Dialer): SharedLine {
  let line: Line | undefined;
  let closed = false;
  return {
    current() {
      // A closed line refuses by itself, in the same words as one that was dropped.
      line ??= openLine(dialer);
      if (closed) line.drop();
      return line;
    },
    replace(failed) {
      failed.drop();
      if (line === failed && !closed) line = undefined;
    },
    close() {
      closed = true;
      line?.drop();
    },
  };
}
