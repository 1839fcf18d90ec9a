import { HaltwireError, type Policy, policySchema } from '@haltwire/schemas';
import { isMap, isPair, isScalar, LineCounter, type Node, parseDocument } from 'yaml';
import type { z } from 'zod';
import { cureOf } from './cure.ts';
import { findDanglingNames } from './references.ts';

/** One fault of a policy file, and where it stands. */
export interface PolicyFault {
  readonly line: number;
  readonly column: number;
  /** Dotted path of the key, e.g. `tasks.staging-upgrade.environment`; empty for the file itself. */
  readonly key: string;
  readonly message: string;
}

type Path = readonly PropertyKey[];

/** The node of the key itself where there is one: that is what the reader must look at. */
function nodeAt(root: unknown, path: Path): Node | undefined {
  let node = root;
  let key: Node | undefined;
  for (const part of path) {
    if (!isMap(node)) {
      const item: unknown =
        typeof node === 'object' && node !== null && 'items' in node && Array.isArray(node.items)
          ? node.items[Number(part)]
          : undefined;
      if (item === undefined) return key;
      node = item;
      key = item as Node;
      continue;
    }
    const pair = node.items.find((entry) => isPair(entry) && isScalar(entry.key) && entry.key.value === part);
    if (pair === undefined) return key ?? node;
    key = pair.key as Node;
    node = pair.value;
  }
  return key;
}

function pathsOf(issue: z.core.$ZodIssue): Path[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => [...issue.path, key]);
  return [issue.path];
}

/**
 * Reads a policy from YAML (or JSON, which is YAML), and says of every fault where it is and what would be right.
 *
 * Beyond the schema, names must be declared: a task that an agent names, a credential that a task names.
 *
 * @example
 * const { policy, faults } = readPolicy(await readFile('policy.yaml', 'utf8'));
 */
export function readPolicy(text: string): { policy?: Policy; faults: PolicyFault[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const faultAt = (path: Path, message: string): PolicyFault => ({
    ...at(nodeAt(document.contents, path)?.range?.[0] ?? 0),
    key: path.map(String).join('.'),
    message,
  });

  if (document.errors.length > 0) {
    return {
      faults: document.errors.map((error) => ({
        ...at(error.pos[0]),
        key: '',
        message: `This is not valid YAML: ${error.message}`,
      })),
    };
  }
  let value: unknown;
  try {
    value = document.toJS();
  } catch (error) {
    // Aliases that grow without bound are found only when they are resolved.
    return { faults: [faultAt([], `This cannot be read: ${error instanceof Error ? error.message : String(error)}`)] };
  }
  const parsed = policySchema.safeParse(value);
  if (!parsed.success) {
    const faults = parsed.error.issues.flatMap((issue) =>
      pathsOf(issue).map((path) => faultAt(path, cureOf(issue, path))),
    );
    return { faults };
  }
  const faults = findDanglingNames(parsed.data).map(({ path, message }) => faultAt(path, message));
  return faults.length > 0 ? { faults } : { policy: parsed.data, faults };
}

/**
 * The policy of a file's text.
 *
 * Throws `HALTWIRE_POLICY` with every fault on a line of its own: `FILE:LINE:COLUMN KEY: what is wrong, and the cure`.
 */
export function parsePolicy(text: string, file: string): Policy {
  const { policy, faults } = readPolicy(text);
  if (policy !== undefined) return policy;
  const lines = faults.map(
    ({ line, column, key, message }) => `${file}:${line}:${column} ${key === '' ? '' : `${key}: `}${message}`,
  );
  throw new HaltwireError('HALTWIRE_POLICY', lines.join('\n'));
}
