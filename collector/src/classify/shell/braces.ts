import { LIMITS } from '../config.ts';

/**
 * Expands `{a,b}` lists; ranges and what exceeds the bound stay as written.
 *
 * @example
 * expandBraces('/srv/{a,b}') // ['/srv/a', '/srv/b']
 */
export function expandBraces(text: string): string[] {
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
  const found = /\{([^{}]*,[^{}]*)\}/.exec(text.slice(0, 4096));
  if (found === null) return [text];
  const before = text.slice(0, found.index);
  const after = text.slice(found.index + found[0].length);
  return (found[1] ?? '').split(',').map((item) => `${before}${item}${after}`);
}
