/** One token of a program in any of the scripting languages, as far as calls and strings need it. */
export interface Token {
  /** A string, a name (dotted names are one), a number, a mark, a shell text in backticks. */
  readonly kind: 'string' | 'name' | 'number' | 'mark' | 'shell';
  readonly value: string;
  /** The string may hold variables. */
  readonly open?: boolean;
  /** The name is a member of what stands before it: `require('fs').rmSync`. */
  readonly member?: boolean;
}

/** What differs between languages, at this level. */
export interface Dialect {
  /** `#` begins a comment; otherwise `//` and `/*` do. */
  readonly hash: boolean;
  /** Backticks run a shell. */
  readonly ticks: boolean;
  /** Calls without brackets: `system "x"`. */
  readonly bare: boolean;
  /** A dot joins strings. */
  readonly dot: boolean;
}

const dialects: Readonly<Record<string, Dialect>> = {
  python: { hash: true, ticks: false, bare: false, dot: false },
  node: { hash: false, ticks: false, bare: false, dot: false },
  perl: { hash: true, ticks: true, bare: true, dot: true },
  ruby: { hash: true, ticks: true, bare: true, dot: false },
  php: { hash: false, ticks: true, bare: false, dot: true },
};

/** The dialect of an interpreter's name; JavaScript's relatives are one, and what is not known reads like Python. */
export function dialectOf(name: string): Dialect {
  const family = /^(?:node|deno|bun|tsx|ts|js|javascript|typescript|ecmascript)/.test(name) ? 'node' : name;
  const known = Object.keys(dialects).find((key) => family.startsWith(key));
  return dialects[known ?? 'python'] ?? { hash: true, ticks: false, bare: false, dot: false };
}

const NAME_START = /[A-Za-z_$@]/;
const NAME_PART = /[\w$]/;
const CLOSERS: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}', '<': '>' };

/** Splits code into tokens, once through; at most `most`. */
export function tokenize(code: string, dialect: Dialect, most: number): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < code.length && tokens.length < most) {
    const character = code[at] ?? '';
    if (character === '\n' || character === ';') {
      tokens.push({ kind: 'mark', value: ';' });
      at++;
    } else if (/\s/.test(character)) at++;
    else if (isComment(code, at, dialect)) at = commentEnd(code, at);
    else if (character === '"' || character === "'" || character === '`') at = quoted(code, at, '', dialect, tokens);
    else if (NAME_START.test(character)) at = named(code, at, dialect, tokens);
    else if (/\d/.test(character)) at = run(code, at, /[\w.]/, 'number', tokens);
    else if (character === '%' && /^%[xwqQWi]?[({[<|!]/.test(code.slice(at, at + 3)) && dialect.bare && !dialect.dot)
      at = bracketed(code, at + 1, tokens);
    else {
      tokens.push({ kind: 'mark', value: character });
      at++;
    }
  }
  return tokens;
}

function isComment(code: string, at: number, dialect: Dialect): boolean {
  if (code[at] === '#') return dialect.hash && code[at - 1] !== '$';
  return code[at] === '/' && !dialect.hash && (code[at + 1] === '/' || code[at + 1] === '*');
}

function commentEnd(code: string, at: number): number {
  const block = code[at + 1] === '*' && code[at] === '/';
  const end = code.indexOf(block ? '*/' : '\n', at + 1);
  return end === -1 ? code.length : end + (block ? 2 : 0);
}

function run(code: string, from: number, part: RegExp, kind: 'number', tokens: Token[]): number {
  let at = from;
  while (at < code.length && part.test(code[at] ?? '')) at++;
  tokens.push({ kind, value: code.slice(from, at) });
  return at;
}

/** A quoted string; three quotes span lines. `prefix` is Python's `f`, `r`, `b`. */
function quoted(code: string, from: number, prefix: string, dialect: Dialect, tokens: Token[]): number {
  const quote = code[from] ?? '"';
  const triple = code.startsWith(quote.repeat(3), from);
  const end = triple ? quote.repeat(3) : quote;
  const raw = /r/i.test(prefix);
  let at = from + end.length;
  let value = '';
  // Where strings end with their line, a stray quote must not swallow the rest.
  const lines = triple || quote === '`' || dialect.bare || dialect.dot;
  while (at < code.length && !code.startsWith(end, at)) {
    if (!lines && code[at] === '\n') break;
    if (code[at] === '\\' && !raw) {
      const [text, length] = unescaped(code, at);
      value += text;
      at += length;
    } else {
      value += code[at];
      at++;
    }
  }
  const open =
    /f/i.test(prefix) || (quote === '`' && !dialect.ticks) || (quote === '"' && (dialect.bare || dialect.dot));
  const kind = quote === '`' && dialect.ticks ? 'shell' : 'string';
  tokens.push({ kind, value, open });
  return at + end.length;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '0': '\0', '\n': '' };

/** The character that an escape stands for, and its length. */
function unescaped(code: string, at: number): [string, number] {
  const next = code[at + 1] ?? '';
  const digits = next === 'x' ? 2 : next === 'u' ? 4 : 0;
  const number = digits === 0 ? Number.NaN : Number.parseInt(code.slice(at + 2, at + 2 + digits), 16);
  if (!Number.isNaN(number)) return [String.fromCharCode(number), 2 + digits];
  return [ESCAPES[next] ?? next, 2];
}

/** A name with its dots: `os.path.join`, `Foo::Bar->baz`, `a?.b`. String prefixes and Perl's quotes are names too. */
function named(code: string, from: number, dialect: Dialect, tokens: Token[]): number {
  let at = from;
  let value = '';
  for (;;) {
    const start = at;
    while (at < code.length && NAME_PART.test(at === start ? (code[at] ?? '').replace('@', '$') : (code[at] ?? '')))
      at++;
    value += code.slice(start, at);
    const joint = /^(?:\.|::|->|\?\.)(?=[A-Za-z_$])/.exec(code.slice(at, at + 3))?.[0];
    // PHP and Perl join strings by dots.
    if (joint === undefined || (joint === '.' && dialect.dot)) break;
    value += '.';
    at += joint.length;
  }
  const next = code[at] ?? '';
  if ((next === '"' || next === "'") && /^[fFrRbBuU]{1,2}$/.test(value))
    return quoted(code, at, value, dialect, tokens);
  if (dialect.dot && /^q[qwx]?$/.test(value) && /[({[</|!]/.test(next)) return bracketed(code, from + 1, tokens);
  const before = tokens.at(-1);
  const arrow = before?.value === '>' && tokens.at(-2)?.value === '-';
  const member = before?.kind === 'mark' && (before.value === '.' || arrow);
  tokens.push({ kind: 'name', value: value.replaceAll(/[$@]/g, '') || value, member });
  return at;
}

/** `%x{…}`, `qx(…)`: a string in brackets of any kind; nested ones count. */
function bracketed(code: string, from: number, tokens: Token[]): number {
  const letter = /[a-zA-Z]/.test(code[from] ?? '') ? (code[from] ?? '') : '';
  let at = from + letter.length;
  const opener = code[at] ?? '';
  const closer = CLOSERS[opener] ?? opener;
  const start = ++at;
  for (let depth = 1; at < code.length; at++) {
    if (code[at] === closer && --depth === 0) break;
    if (code[at] === opener && opener !== closer) depth++;
  }
  const value = code.slice(start, at);
  if (/[wW]/.test(letter))
    for (const word of value.split(/\s+/)) tokens.push({ kind: 'string', value: word }, { kind: 'mark', value: ',' });
  else tokens.push({ kind: letter === 'x' ? 'shell' : 'string', value, open: letter !== 'q' || opener === '{' });
  return at + 1;
}
