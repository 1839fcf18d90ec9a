import type { Attributes } from './otlp.ts';

/** Deepest nesting of an attribute value; the same bound as protobufjs has for a whole message. */
export const MAX_VALUE_DEPTH = 64;

/** The wire form of an AnyValue, as protobufjs and JSON both give it; every member may be missing or of a wrong type. */
type Wire = Record<string, unknown>;

/** Attributes that decide what a record says; the rest is only carried along. */
const DECIDES = /^(?:gen_ai|haltwire|session)\./;

/**
 * Reads a list of OTLP key-value pairs. An attribute that decides must not stand twice: whoever shows one value and means
 * another would be judged by the wrong one. Of others the last counts.
 *
 * @throws TypeError when the list, a key or a value has a wrong type or stands twice, naming it.
 */
export function readAttributes(list: unknown): Attributes {
  const attributes = new Map<string, unknown>();
  if (list === undefined || list === null) return attributes;
  if (!Array.isArray(list)) throw new TypeError('attributes is not a list; send [{"key", "value"}]');
  for (const pair of list) {
    if (!isWire(pair) || typeof pair.key !== 'string') {
      throw new TypeError('an attribute has no key; send {"key": "name", "value": {"stringValue": "…"}}');
    }
    if (attributes.has(pair.key) && DECIDES.test(pair.key))
      throw new TypeError(`${pair.key} stands twice; send it once`);
    attributes.set(pair.key, readAnyValue(pair.value, 0));
  }
  return attributes;
}

/** Reads an AnyValue into JSON data. Recursion is bounded by `MAX_VALUE_DEPTH`. */
export function readAnyValue(value: unknown, depth: number): unknown {
  if (value === undefined || value === null) return null;
  if (!isWire(value)) throw new TypeError('an attribute value is no AnyValue; send {"stringValue": "…"}');
  if (depth > MAX_VALUE_DEPTH) throw new TypeError(`an attribute is nested deeper than ${MAX_VALUE_DEPTH} levels`);
  if (isSet(value, 'stringValue')) return readString(value.stringValue);
  if (isSet(value, 'boolValue')) return value.boolValue === true;
  if (isSet(value, 'intValue')) return readInteger(value.intValue);
  if (isSet(value, 'doubleValue')) return readDouble(value.doubleValue);
  if (isSet(value, 'arrayValue')) return membersOf(value.arrayValue).map((member) => readAnyValue(member, depth + 1));
  if (isSet(value, 'kvlistValue')) return readPairs(value.kvlistValue, depth);
  if (isSet(value, 'bytesValue')) return readBytes(value.bytesValue);
  return null;
}

function readPairs(list: unknown, depth: number): unknown {
  const pairs = membersOf(list).map((pair): [string, unknown] => {
    if (!isWire(pair) || typeof pair.key !== 'string') throw new TypeError('a member of a kvlistValue has no key');
    return [pair.key.toWellFormed(), readAnyValue(pair.value, depth + 1)];
  });
  // fromEntries defines members one by one, so a key named __proto__ stays data.
  return Object.fromEntries(pairs);
}

function membersOf(list: unknown): readonly unknown[] {
  const values = isWire(list) ? (list.values ?? []) : undefined;
  if (!Array.isArray(values)) throw new TypeError('arrayValue and kvlistValue hold {"values": […]}');
  return values;
}

function readString(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('stringValue is not a string');
  return value.toWellFormed();
}

/** 64-bit integers are decimal strings in JSON; those past 2^53 stay text, so that no digit is lost. */
export function readInteger(value: unknown): number | string {
  const text = typeof value === 'object' && value !== null ? String(value) : value;
  const number = typeof text === 'string' && /^-?[0-9]{1,20}$/.test(text) ? Number(text) : text;
  if (typeof number !== 'number' || !Number.isInteger(number)) throw new TypeError('intValue is not an integer');
  return Number.isSafeInteger(number) ? number : String(text);
}

function readDouble(value: unknown): number | string {
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return value;
  throw new TypeError('doubleValue is not a number');
}

function readBytes(value: unknown): string {
  if (typeof value === 'string') return value.toWellFormed();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  throw new TypeError('bytesValue is neither bytes nor base64');
}

export function isWire(value: unknown): value is Wire {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Own members only: messages of protobufjs have the defaults of all others on their prototype. */
function isSet(value: Wire, name: string): boolean {
  return Object.hasOwn(value, name) && value[name] !== undefined && value[name] !== null;
}
