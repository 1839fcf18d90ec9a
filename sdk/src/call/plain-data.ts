/** Deeper data is shown as a note: the redactor and JSON must not overflow the stack. */
const MAX_DEPTH = 64;

/**
 * Turns whatever a tool returned into plain JSON data that can be searched for secrets. Never throws.
 *
 * Bytes become text, maps and sets become arrays, errors become their message and members, loops and depth become notes.
 */
export function plainData(value: unknown): unknown {
  return plain(value, 0, new Set());
}

function plain(value: unknown, depth: number, parents: Set<object>): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'number':
      return value;
    case 'bigint':
      return String(value);
    case 'object':
      break;
    default:
      return undefined;
  }
  if (value === null) return null;
  if (parents.has(value)) return '[circular]';
  if (depth >= MAX_DEPTH) return '[nested too deep]';
  parents.add(value);
  try {
    return members(value, (member) => plain(member, depth + 1, parents));
  } catch {
    // A getter, a proxy or a toJSON of the host's own that throws.
    return '[unreadable]';
  } finally {
    parents.delete(value);
  }
}

function members(value: object, walk: (member: unknown) => unknown): unknown {
  if (ArrayBuffer.isView(value)) {
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('utf8');
  }
  if (value instanceof ArrayBuffer) return Buffer.from(value).toString('utf8');
  if (Array.isArray(value)) return value.map(walk);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof Map) return [...value].map(([key, member]) => [walk(key), walk(member)]);
  if (value instanceof Set) return [...value].map(walk);
  if (value instanceof RegExp) return String(value);
  // What an agent is shown of such an object is what its own toJSON says.
  if ('toJSON' in value && typeof value.toJSON === 'function') return walk(value.toJSON(''));
  const copied: Record<string, unknown> = Object.create(null);
  if (value instanceof Error) {
    copied.name = value.name;
    copied.message = value.message;
    if (value.cause !== undefined) copied.cause = walk(value.cause);
  }
  for (const key of Object.keys(value)) copied[key] = walk((value as Record<string, unknown>)[key]);
  return copied;
}
