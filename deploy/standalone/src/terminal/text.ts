import { stripVTControlCharacters } from 'node:util';

/**
 * Text of an agent as it may stand in a terminal: one line, without control characters and direction marks, which could
 * otherwise move the cursor, hide text or forge lines.
 */
export function oneLine(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/\s+/g, ' ')
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '·')
    .trim();
}

/** Cuts a text at a number of characters, with an ellipsis when something is missing. */
export function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}

/** Breaks a text at spaces into lines of at most `width` characters; a longer word is broken too. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    let rest = word;
    while (rest.length > width) {
      if (line !== '') lines.push(line);
      line = '';
      lines.push(rest.slice(0, width));
      rest = rest.slice(width);
    }
    if (line !== '' && line.length + 1 + rest.length > width) {
      lines.push(line);
      line = rest;
    } else {
      line = line === '' ? rest : `${line} ${rest}`;
    }
  }
  return line === '' ? lines : [...lines, line];
}
