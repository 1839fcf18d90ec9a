import { parseSync, SqlError } from 'libpg-query';
import { LIMITS } from '../config.ts';

/** One raw statement: a single-member object such as `{ SelectStmt: {…} }`. */
export type SqlNode = Readonly<Record<string, unknown>>;

/** Set once the parser's memory is no longer to be trusted; SQL is then read by keywords, and is opaque. */
let broken = false;

/**
 * Parses SQL with PostgreSQL's own grammar; answers why not when it cannot.
 *
 * The bounds come first: the parser is WebAssembly, and a stack overflow inside it leaves it unusable for the whole
 * process. An expression of 9,000 operators overflows; the bounds stay far below.
 */
export function parseSql(text: string): readonly SqlNode[] | string {
  if (broken) return 'the SQL parser is not available';
  // C strings end at NUL: what follows it would run unseen.
  if (text.includes('\0')) return 'SQL with a NUL character';
  const excess = tooComplex(text);
  if (excess !== undefined) return excess;
  // A refusal is an answer: its stack, which costs more than the refusal, is not looked at.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    const statements: unknown = parseSync(text).stmts;
    if (!Array.isArray(statements)) return [];
    return statements.map((entry: { stmt?: SqlNode }) => entry.stmt ?? {});
  } catch (error) {
    if (!(error instanceof SqlError)) broken = !answers();
    return 'SQL that PostgreSQL does not parse';
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function answers(): boolean {
  try {
    return parseSync('select 1').stmts?.length === 1;
  } catch {
    return false;
  }
}

const CHAIN = /\b(?:not|union|intersect|except|join|case|when|and|or|over|collate|at)\b/gi;

function tooComplex(text: string): string | undefined {
  if (text.length > LIMITS.sqlParsed) return 'SQL longer than is parsed';
  let depth = 0;
  let operators = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? '';
    if (character === '(' || character === '[') {
      if (++depth > LIMITS.brackets) return 'SQL nested deeper than is parsed';
    } else if ((character === ')' || character === ']') && depth > 0) depth--;
    if ('+-*/<>=|&^%!~:[#@?'.includes(character)) operators++;
  }
  if (operators <= LIMITS.sqlOperators) operators += text.match(CHAIN)?.length ?? 0;
  return operators > LIMITS.sqlOperators ? 'SQL with more operators than are parsed' : undefined;
}
