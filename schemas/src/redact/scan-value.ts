/** A value as it stands in a text, without its quotes. */
export interface ScannedValue {
  readonly start: number;
  readonly end: number;
  readonly raw: string;
  readonly quoted: boolean;
  /** Backslashes before the quote: 1 inside a JSON string, 3 inside a JSON string inside one. */
  readonly level: number;
}

/** A longer value is no credential; the scan stops there, so work stays bounded. */
export const MAX_VALUE = 16_384;

/**
 * Reads the value that begins at `from`: quoted with `"`, `'` or a backtick behind any number of backslashes, else up
 * to white space or a mark that ends it. An unclosed quote (a text that was cut) ends with its line.
 */
export function scanValue(text: string, from: number): ScannedValue | undefined {
  let at = from;
  while (at < from + 40 && (text[at] === ' ' || text[at] === '\t')) at += 1;
  // r"…", b'…', @"…": how a language writes a literal, not a part of it.
  if (/[bBrRuUfF@$]/.test(text[at] ?? '') && /["']/.test(text[at + 1] ?? '')) at += 1;
  let level = 0;
  while (level < 15 && text[at + level] === '\\') level += 1;
  const quote = text[at + level];
  if (quote === '"' || quote === "'" || quote === '`') return scanQuoted(text, at + level + 1, quote, level);
  if (level > 0) return undefined;
  const end = endOfBare(text, at);
  if (end === at) return undefined;
  return { start: at, end, raw: text.slice(at, end), quoted: false, level: 0 };
}

function scanQuoted(text: string, start: number, quote: string, level: number): ScannedValue | undefined {
  const limit = Math.min(text.length, start + MAX_VALUE);
  let slashes = 0;
  let lineEnd = -1;
  for (let at = start; at < limit; at += 1) {
    const char = text[at];
    if (char === '\\') {
      slashes += 1;
      continue;
    }
    // The closing quote has as many backslashes as the opening one, besides those of escaped backslashes before it.
    if (char === quote && (slashes < level || slashes % (2 * level + 2) === level)) {
      return quotedValue(text, start, at - Math.min(slashes, level), level);
    }
    if (char === '\n' && lineEnd < 0) {
      lineEnd = at;
      if (quote !== '`') break;
    }
    slashes = 0;
  }
  return quotedValue(text, start, lineEnd < 0 ? limit : lineEnd, level);
}

function quotedValue(text: string, start: number, end: number, level: number): ScannedValue | undefined {
  return end <= start ? undefined : { start, end, raw: text.slice(start, end), quoted: true, level };
}

const hardEnd = new Set([' ', '\t', '\n', '\r', '"', "'", '`', '<', '>', '\\']);
const softEnd = new Set([',', ';', '&', '|', ')', ']', '}']);
const afterSoft = /[\s"'`,;&|)\]}<>\\]|[\w.-]{1,40}["']?[=:]|$/y;

/** The end of an unquoted value; a `;` or `&` inside a password stays in it unless something new begins there. */
export function endOfBare(text: string, start: number): number {
  const limit = Math.min(text.length, start + MAX_VALUE);
  for (let at = start; at < limit; at += 1) {
    const char = text[at] as string;
    if (hardEnd.has(char)) return at;
    if (!softEnd.has(char)) continue;
    if (at + 1 >= text.length) return at;
    afterSoft.lastIndex = at + 1;
    if (afterSoft.test(text)) return at;
  }
  return limit;
}

/** The value itself: escapes of a quoted string undone as often as it is nested. */
export function plainValue(value: ScannedValue): string {
  if (!value.quoted || !value.raw.includes('\\')) return value.raw;
  let plain = value.raw;
  const depth = Math.min(4, Math.ceil(Math.log2(value.level + 1)) + 1);
  for (let layer = 0; layer < depth && plain.includes('\\'); layer += 1) {
    try {
      const parsed: unknown = JSON.parse(`"${plain}"`);
      if (typeof parsed !== 'string') return plain;
      plain = parsed;
    } catch {
      return plain;
    }
  }
  return plain;
}
