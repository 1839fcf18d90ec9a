import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A literal behind a token after which no division can stand. */
const LITERAL = /(?:[(,=:[!&|?{};>]|\breturn)\s*(\/(?![*/])(?:[^\\/[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[dgimsuvy]*)/g;

/** A regular expression as source text has it. */
export interface RegexLiteral {
  readonly file: string;
  readonly literal: string;
}

/** The regular expressions that the TypeScript files of a folder, tests aside, are written with. */
export function regexLiteralsIn(folder: string): RegexLiteral[] {
  return (
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
      .flatMap((file) => {
        const source = readFileSync(join(folder, file), 'utf8');
        return [...source.matchAll(LITERAL)].map(([, literal = '']) => ({ file, literal }));
      })
      // A quote with a slash in it looks like one.
      .filter(({ literal }) => compiled(literal) !== undefined)
  );
}

/** The expression of a literal; undefined when it is none. */
export function compiled(literal: string): RegExp | undefined {
  const end = literal.lastIndexOf('/');
  try {
    return new RegExp(literal.slice(1, end), literal.slice(end + 1));
  } catch {
    return undefined;
  }
}

/** A pattern without what escapes and classes hold: `x` for each. */
export function skeletonOf(pattern: string): string {
  return pattern.replaceAll(/\\./g, 'x').replaceAll(/\[[^\]]*\]/g, 'x');
}
