import { isMap, isPair, isScalar, LineCounter, type Node, parseDocument } from 'yaml';
import type { Path, Problem } from './cure.ts';

/** One fault of a file, and where it stands. */
export interface Fault {
  readonly line: number;
  readonly column: number;
  /** Dotted path of the key, e.g. `tasks.staging-upgrade.environment`; empty for the file itself. */
  readonly key: string;
  readonly message: string;
}

/** A text as read: its value, or why there is none. */
export interface YamlText {
  /** Undefined when there are faults. */
  readonly value: unknown;
  readonly faults: readonly Fault[];
  /** Where a problem of the value stands in the text. */
  faultAt(problem: Problem): Fault;
}

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

/** `DUPLICATE_KEY` as "duplicate key". */
function inWords(code: string): string {
  return code.toLowerCase().replaceAll('_', ' ');
}

/**
 * Reads YAML (or JSON, which is YAML) and remembers where everything stands. Never throws.
 *
 * - `mayHoldSecrets`: false (default); true = messages repeat nothing of the text
 *
 * @example
 * const { value, faults, faultAt } = parseYaml(await readFile('policy.yaml', 'utf8'));
 */
export function parseYaml(text: string, { mayHoldSecrets = false }: { mayHoldSecrets?: boolean } = {}): YamlText {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const faultAt = ({ path, message }: Problem): Fault => ({
    ...at(nodeAt(document.contents, path)?.range?.[0] ?? 0),
    key: path.map(String).join('.'),
    message,
  });
  if (document.errors.length > 0) {
    const faults = document.errors.map((error) => ({
      ...at(error.pos[0]),
      key: '',
      message: `This is not valid YAML: ${mayHoldSecrets ? inWords(error.code) : error.message}`,
    }));
    return { value: undefined, faults, faultAt };
  }
  try {
    return { value: document.toJS(), faults: [], faultAt };
  } catch (error) {
    // Aliases that grow without bound are found only when they are resolved.
    const why = mayHoldSecrets || !(error instanceof Error) ? 'check its aliases (*name)' : error.message;
    const message = `This cannot be read: ${why}`;
    return { value: undefined, faults: [faultAt({ path: [], message })], faultAt };
  }
}

/** A fault in one line: `FILE:LINE:COLUMN KEY: what is wrong, and the cure`. */
export function formatFault(file: string, { line, column, key, message }: Fault): string {
  return `${file}:${line}:${column} ${key === '' ? '' : `${key}: `}${message}`;
}
