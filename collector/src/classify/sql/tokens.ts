/** One token of SQL in any dialect. */
export interface SqlToken {
  readonly kind: 'word' | 'text' | 'number' | 'mark';
  /** Words in lower case; texts without quotes. */
  readonly value: string;
  /** Open brackets around it. */
  readonly depth: number;
  /** A quoted name: never a keyword. */
  readonly quoted?: boolean;
}

const WORD_START = /[A-Za-z_@#$\u0080-\uffff]/;
const WORD_PART = /[\w@#$\u0080-\uffff]/;
const CLOSES: Readonly<Record<string, string>> = { '`': '`', '[': ']', '"': '"' };

/**
 * Splits SQL into statements of tokens, once through, whatever its dialect: comments go, quotes hold. `most` bounds the
 * tokens; what is past it is left out, and `cut` says so.
 */
export function sqlStatements(
  text: string,
  most: number,
): { readonly statements: SqlToken[][]; readonly cut: boolean } {
  const statements: SqlToken[][] = [[]];
  let at = 0;
  let depth = 0;
  let count = 0;
  const put = (kind: SqlToken['kind'], value: string, quoted = false): void => {
    count++;
    statements.at(-1)?.push(quoted ? { kind, value, depth, quoted } : { kind, value, depth });
  };
  while (at < text.length && count < most) {
    const character = text[at] ?? '';
    const two = text.slice(at, at + 2);
    if (/\s/.test(character)) at++;
    else if (two === '--' || (character === '#' && /\s/.test(text[at + 1] ?? ' '))) at = endOf(text, '\n', at);
    else if (two === '/*' && text[at + 2] !== '!') at = endOf(text, '*/', at + 2);
    // MySQL runs what stands in `/*! … */`.
    else if (two === '/*' || two === '*/') at += two === '/*' ? 3 : 2;
    else if (character === "'") at = quoted(text, at, (value) => put('text', value));
    else if (character === '$' && /^\$\w*\$/.test(text.slice(at, at + 64)))
      at = dollars(text, at, (value) => put('text', value));
    else if (
      character === '`' ||
      character === '"' ||
      (character === '[' && /^\[[A-Za-z_][^\]]{0,128}\]/.test(text.slice(at, at + 132)))
    ) {
      const end = endOf(text, CLOSES[character] ?? character, at + 1);
      put('word', text.slice(at + 1, end - 1).toLowerCase(), true);
      at = end;
    } else if (WORD_START.test(character)) at = run(text, at, WORD_PART, (value) => put('word', value.toLowerCase()));
    else if (/\d/.test(character)) at = run(text, at, /[\w.]/, (value) => put('number', value));
    else {
      if (character === '(') depth++;
      if (character === ')' && depth > 0) depth--;
      if (character === ';' && depth === 0) statements.push([]);
      else put('mark', character);
      at++;
    }
  }
  return { statements: statements.filter((tokens) => tokens.length > 0), cut: at < text.length };
}

/** Where a run ends: behind its closing text, or at the end. */
function endOf(text: string, close: string, from: number): number {
  const end = text.indexOf(close, from);
  return end === -1 ? text.length : end + close.length;
}

function run(text: string, from: number, part: RegExp, put: (value: string) => void): number {
  let at = from;
  while (at < text.length && part.test(text[at] ?? '')) at++;
  put(text.slice(from, at));
  return at;
}

/** `'it''s'`, `'it\'s'`. */
function quoted(text: string, from: number, put: (value: string) => void): number {
  let at = from + 1;
  let value = '';
  while (at < text.length) {
    const character = text[at] ?? '';
    if (character === "'" && text[at + 1] !== "'") break;
    const pair = character === "'" || (character === '\\' && text[at + 1] === "'");
    value += pair ? "'" : character;
    at += pair ? 2 : 1;
  }
  put(value);
  return at + 1;
}

function dollars(text: string, from: number, put: (value: string) => void): number {
  const tag = /^\$\w*\$/.exec(text.slice(from, from + 64))?.[0] ?? '$$';
  const end = text.indexOf(tag, from + tag.length);
  put(text.slice(from + tag.length, end === -1 ? text.length : end));
  return end === -1 ? text.length : end + tag.length;
}
