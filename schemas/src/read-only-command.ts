import { readOnlyPrograms } from './read-only-programs.ts';
import { speaksOfSecrets } from './secret-names.ts';

/** Outside quotes: no operator, expansion, glob, tilde, escape, comment or control character. */
const BARE = /^[A-Za-z0-9_./,:=@%+-]+$/;
/** Inside either kind of quotes: nothing that a double-quoted string would expand, no other quote, no backslash. */
const QUOTED = /^[A-Za-z0-9_./,:=@%+ ()[\]*^|<>{}?#;&-]*$/;

/**
 * Splits a plain command into words; undefined when anything in it is not plain.
 *
 * A word is bare or wholly quoted, never both: `r"m"` is refused.
 *
 * @example
 * plainWords("grep -n 'def main' app.py") // ['grep', '-n', 'def main', 'app.py']
 * plainWords('ls; rm x') // undefined
 */
export function plainWords(command: string): readonly string[] | undefined {
  const words: string[] = [];
  let at = 0;
  while (at < command.length) {
    const first = command[at];
    if (first === ' ') {
      at++;
      continue;
    }
    const quote = first === '"' || first === "'" ? first : undefined;
    const found = command.indexOf(quote ?? ' ', at + 1);
    if (quote !== undefined && found === -1) return undefined;
    const end = found === -1 ? command.length : found;
    const word = command.slice(quote === undefined ? at : at + 1, end);
    if (!(quote === undefined ? BARE : QUOTED).test(word)) return undefined;
    at = quote === undefined ? end : end + 1;
    if (quote !== undefined && at < command.length && command[at] !== ' ') return undefined;
    // The name of the program is bare: `'ls'` and `A=1 ls` are somebody's trick.
    if (words.length === 0 && (quote !== undefined || word.includes('='))) return undefined;
    words.push(word);
  }
  return words;
}

/** Whether a command line is one plain call of a known read-only program that names no secrets. */
export function harmlessCommand(command: string, cwd = ''): boolean {
  const words = plainWords(command);
  const name = words?.[0];
  if (words === undefined || name === undefined) return false;
  if (words.slice(1).some((word) => speaksOfSecrets(word) || speaksOfSecrets(`${cwd}/${word}`))) return false;
  return readOnlyPrograms.get(name)?.(words.slice(1)) === true;
}
