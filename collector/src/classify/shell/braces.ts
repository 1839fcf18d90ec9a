import { LIMITS } from '../config.ts';

/**
 * Expands `{a,b}` lists; ranges and what exceeds the bound stay as written.
 *
 * @example
 * expandBraces('/srv/{a,b}') // ['/srv/a', '/srv/b']
 */
export function expandBraces(text: string): string[] {
  if (text.length > LIMITS.expansion) return [text];
  let done: string[] = [text];
  for (let turns = 0; turns < 6; turns++) {
    const next = done.flatMap(expandOnce);
    if (next.length > LIMITS.braceWords) return done.slice(0, LIMITS.braceWords);
    if (next.length === done.length) return next;
    done = next;
  }
  return done;
}

/** The innermost first list. */
function expandOnce(text: string): string[] {
  const found = /\{([^{},]*(?:,[^{},]*)+)\}/.exec(text);
  if (found === null) return [text];
  const before = text.slice(0, found.index);
  const after = text.slice(found.index + found[0].length);
  return (found[1] ?? '').split(',').map((item) => `${before}${item}${after}`);
}

/** Marks for commas and braces that quotes keep from meaning anything. */
const GUARDS: Readonly<Record<string, string>> = { ',': '\u{f0001}', '{': '\u{f0002}', '}': '\u{f0003}' };

/** A brace expansion as written, without its quotes: what they held is guarded. */
export function guarded(text: string): string {
  let value = '';
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? '';
    if (quote === '' && (character === '"' || character === "'")) quote = character;
    else if (character === quote) quote = '';
    else if (character === '\\' && quote !== "'") {
      const next = text[++at] ?? '';
      value += GUARDS[next] ?? next;
    } else value += quote === '' ? character : (GUARDS[character] ?? character);
  }
  return value;
}

/** The text without guards. */
export function bared(text: string): string {
  return text.replaceAll('\u{f0001}', ',').replaceAll('\u{f0002}', '{').replaceAll('\u{f0003}', '}');
}
