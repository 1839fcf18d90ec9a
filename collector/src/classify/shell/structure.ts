import { LIMITS } from '../config.ts';

/** `;` `|` `&` `<` `>` `$` `` ` `` `(` and the end of a line part commands or begin something inside one. */
const STRUCTURE: ReadonlySet<number> = new Set([...';|&<>$`(\n'].map((character) => character.charCodeAt(0)));

/**
 * Whether a text has more structure than is parsed, looked at before the parser sees it: marks, quotes by the half of
 * them, and the nesting of `$(` and `${`, of which each level is read again.
 */
export function isTooMuch(source: string): boolean {
  if (source.length < 500) return false;
  let marks = 0;
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < source.length; at++) {
    const code = source.charCodeAt(at);
    if (code === 34 || code === 39) marks += 0.5;
    else if (code === 36) {
      marks++;
      const next = source.charCodeAt(at + 1);
      if (next === 123 || next === 40) deepest = Math.max(deepest, ++depth);
    } else if (code === 125 || code === 41) depth = Math.max(0, depth - 1);
    else if (code < 128 && STRUCTURE.has(code)) marks++;
  }
  return marks > LIMITS.structure || deepest > LIMITS.nesting;
}
