import { LIMITS } from '../config.ts';

/** `;` `|` `&` `<` `>` `$` `` ` `` `(` `{` and the end of a line part commands or begin something inside one. */
const STRUCTURE = tableOf(';|&<>$`({\n');

/** What makes a bracket behind it the beginning of a substitution, a list or a pattern: its end is looked for at once. */
const OPENS = tableOf('$<>=@+?!*');

/** Quotes and signs of patterns part words at most: two of them count as one mark. */
const HALVES = tableOf('"\'*?[');

function tableOf(characters: string): Uint8Array {
  const table = new Uint8Array(128);
  for (const character of characters) table[character.charCodeAt(0)] = 1;
  return table;
}

/**
 * Whether a text has more structure than is parsed, looked at before the parser sees it: marks, quotes and patterns
 * by the half of them, the nesting of `$(` and `${`, of which each level is read again, and what it costs to look for the ends of all
 * brackets and here-documents, should none of them have one: whether it has one cannot be told without the parser.
 */
export function isTooMuch(source: string): boolean {
  if (source.length < 500) return false;
  let marks = 0;
  let depth = 0;
  let deepest = 0;
  let opened = 0;
  for (let at = 0; at < source.length; at++) {
    const code = source.charCodeAt(at);
    if (code === 40 && OPENS[source.charCodeAt(at - 1)] === 1) opened += source.length - at;
    if (code === 60 && source.charCodeAt(at - 1) === 60) opened += source.length - at;
    if (HALVES[code] === 1) marks += 0.5;
    else if (code === 36) {
      marks++;
      const next = source.charCodeAt(at + 1);
      // An expansion has a grammar of its own.
      if (next === 123) marks += 2;
      if (next === 123 || next === 40) deepest = Math.max(deepest, ++depth);
    } else if (code === 125 || code === 41) depth = Math.max(0, depth - 1);
    else if (STRUCTURE[code] === 1) marks++;
  }
  return marks > LIMITS.structure || deepest > LIMITS.nesting || opened > LIMITS.lookedAhead;
}
