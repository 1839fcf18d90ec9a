import { LIMITS } from '../config.ts';
import { resolvePath } from '../paths.ts';
import type { Argument, Shell } from './state.ts';

/** Remembers what a file or descriptor holds, within a bound; answers its name. */
export function keepText(shell: Shell, name: string, text: string): string {
  const { texts } = shell.made;
  if (texts.size < LIMITS.operands && text.length <= LIMITS.parsedText && shell.findings.spendText(text.length))
    texts.set(name, text);
  return name;
}

/** Where a path's content is kept: resolved if it can be, else as written. */
function keyOf(shell: Shell, argument: Argument): string {
  const value = argument.value.replace(/^\/proc\/self\/fd\//, '/dev/fd/');
  return resolvePath(value, shell.cwd, argument.known).path ?? value.replace(/^\.\//, '');
}

/** Remembers what the call itself wrote to a file. */
export function noteWritten(shell: Shell, file: Argument, text: string, appends: boolean): void {
  const key = keyOf(shell, file);
  const before = appends ? (shell.made.texts.get(key) ?? '') : '';
  keepText(shell, key, before + text);
}

/** The content of a file that this call or its session wrote. */
export function writtenText(shell: Shell, file: Argument): string | undefined {
  return shell.made.texts.size === 0 ? undefined : shell.made.texts.get(keyOf(shell, file));
}
