import { HaltwireError } from '../errors.ts';

/** Deeper or more numerous arguments are refused: the redactor would leave some out, and what nobody sees must not run. */
const MAX_DEPTH = 60;
const MAX_VALUES = 50_000;

interface Walk {
  readonly parents: Set<object>;
  values: number;
}

/**
 * Copies and deep-freezes arguments, so that nobody can change a call after it was judged.
 *
 * Only what JSON carries is taken: the digest must cover every bit of what runs, and a `Map` or a `Date` would not show
 * in it. Members that are `undefined` stay, as JSON leaves them out on both sides.
 *
 * @throws HaltwireError `HALTWIRE_BAD_REQUEST` naming the place that JSON cannot carry.
 * @example
 * const frozen = copyArguments({ command: 'ls' });
 */
export function copyArguments<A>(args: A): A {
  return copy(args, '$', 0, { parents: new Set(), values: 0 }) as A;
}

function copy(value: unknown, path: string, depth: number, walk: Walk): unknown {
  walk.values += 1;
  if (walk.values > MAX_VALUES) throw refused(path, `is one of more than ${MAX_VALUES} values`);
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'undefined':
      return value;
    case 'number':
      if (Number.isFinite(value)) return value;
      throw refused(path, 'is not a finite number');
    case 'object':
      break;
    default:
      throw refused(path, `is a ${typeof value}`);
  }
  if (value === null) return null;
  if (walk.parents.has(value)) throw refused(path, 'refers back to an object that holds it');
  if (depth >= MAX_DEPTH) throw refused(path, `is nested deeper than ${MAX_DEPTH} levels`);
  walk.parents.add(value);
  const copied = Array.isArray(value)
    ? Array.from(value, (member, index) => copy(member, `${path}[${index}]`, depth + 1, walk))
    : copyObject(value, path, depth, walk);
  walk.parents.delete(value);
  return Object.freeze(copied);
}

function copyObject(value: object, path: string, depth: number, walk: Walk): object {
  const prototype: unknown = Object.getPrototypeOf(value);
  const tag = Object.prototype.toString.call(value);
  // Class instances with plain members pass as data; built-ins that hide their content do not.
  if (tag !== '[object Object]' || prototype instanceof Promise) throw refused(path, `is a ${tag.slice(8, -1)}`);
  const copied: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const member = copy((value as Record<string, unknown>)[key], `${path}.${key}`, depth + 1, walk);
    if (key === '__proto__') Object.defineProperty(copied, key, { value: member, enumerable: true });
    else copied[key] = member;
  }
  return copied;
}

function refused(path: string, fault: string): HaltwireError {
  const place = path.length > 120 ? `${path.slice(0, 120)}…` : path;
  return new HaltwireError(
    'HALTWIRE_BAD_REQUEST',
    `arguments cannot be judged: ${place} ${fault}; pass plain JSON data (text for dates, base64 text for bytes)`,
  );
}
