import { z } from 'zod';

/** Every key that a file of this schema may have anywhere: what a misspelt one is compared to. */
function knownKeys(schema: z.ZodType): ReadonlySet<string> {
  const keys = new Set<string>();
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    if ('properties' in node && typeof node.properties === 'object' && node.properties !== null) {
      for (const key of Object.keys(node.properties)) keys.add(key);
    }
    Object.values(node).forEach(visit);
  };
  visit(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }));
  return keys;
}

/** Edits (insert, remove, replace) from one word to the other. */
export function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let line = 1; line <= from.length; line += 1) {
    const next = [line];
    for (let column = 1; column <= to.length; column += 1) {
      const replace = (row[column - 1] ?? 0) + (from[line - 1] === to[column - 1] ? 0 : 1);
      next.push(Math.min(replace, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}

function nearest(word: string, schema: z.ZodType): string | undefined {
  const [best] = [...knownKeys(schema)]
    .map((key) => ({ key, distance: editDistance(word.toLowerCase(), key.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  return best !== undefined && best.distance <= 2 ? best.key : undefined;
}

/** What is wrong with one key of a file and what would be right, in words. Never shows a value: it may be a secret. */
function cureOf(issue: z.core.$ZodIssue, path: Path, schema: z.ZodType): string {
  if (issue.code === 'unrecognized_keys') {
    const name = String(path.at(-1));
    const guess = nearest(name, schema);
    return guess === undefined
      ? `There is no key "${name}" here: remove it.`
      : `There is no key "${name}" here: did you mean "${guess}"?`;
  }
  if (issue.code === 'invalid_value') return `Use one of: ${issue.values.map(String).join(', ')}.`;
  if (issue.code === 'invalid_type') {
    const wanted =
      issue.expected === 'record' || issue.expected === 'object' ? 'keys with values below it' : issue.expected;
    return `This must be ${wanted === 'array' ? 'a list, such as [a, b]' : wanted}. (${issue.message})`;
  }
  return `${issue.message}.`;
}

/** Where a key stands in the file: the keys on the way to it. */
export type Path = readonly PropertyKey[];

/** What is wrong at one key. */
export interface Problem {
  readonly path: Path;
  readonly message: string;
}

function pathsOf(issue: z.core.$ZodIssue): Path[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => [...issue.path, key]);
  return [issue.path];
}

/** Everything that a schema finds wrong, each with its cure. */
export function problemsOf(error: z.ZodError, schema: z.ZodType): Problem[] {
  return error.issues.flatMap((issue) =>
    pathsOf(issue).map((path) => ({ path, message: cureOf(issue, path, schema) })),
  );
}
