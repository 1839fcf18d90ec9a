import { isWire, MAX_VALUE_DEPTH, readAttributes } from './any-value.ts';
import { type Decoded, type OtlpLog, type OtlpSpan, type Signal, UnreadableRequest } from './otlp.ts';
import { type RecordFrame, readLog, readSpan } from './record.ts';

/**
 * Decodes an OTLP request in JSON, record by record. Unknown fields are ignored; names are lowerCamelCase only.
 *
 * @throws UnreadableRequest when the text is no JSON, or its envelope has a wrong shape.
 */
export function decodeJson(signal: Signal, body: Uint8Array): Decoded<OtlpLog | OtlpSpan>[] {
  const document = parse(body);
  return signal === 'logs'
    ? decodeAll(document, ['resourceLogs', 'scopeLogs', 'logRecords'], readLog)
    : decodeAll(document, ['resourceSpans', 'scopeSpans', 'spans'], readSpan);
}

function parse(body: Uint8Array): unknown {
  try {
    // JSON.parse keeps its own stack: deep nesting is bounded by the body's size, not by the call stack.
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new UnreadableRequest('the body is no JSON in UTF-8');
  }
}

function decodeAll<T>(
  document: unknown,
  [resources, scopes, records]: readonly [string, string, string],
  read: (wire: unknown, frame: RecordFrame) => T,
): Decoded<T>[] {
  const decoded: Decoded<T>[] = [];
  for (const group of listOf(document, resources, 'the request')) {
    const resource = readResource(group);
    for (const scope of listOf(group, scopes, resources)) {
      for (const wire of listOf(scope, records, scopes)) decoded.push(decodeRecord(wire, resource, read));
    }
  }
  return decoded;
}

function decodeRecord<T>(
  wire: unknown,
  resource: ReadonlyMap<string, unknown>,
  read: (wire: unknown, frame: RecordFrame) => T,
): Decoded<T> {
  if (isDeeper(wire, MAX_WIRE_DEPTH)) {
    return { ok: false, message: `an attribute is nested deeper than ${MAX_VALUE_DEPTH} levels`, body: '' };
  }
  const text = JSON.stringify(wire);
  try {
    return { ok: true, record: read(wire, { resource, bytes: Buffer.byteLength(text), id }) };
  } catch (error) {
    const message = error instanceof Error ? error.message : 'the record cannot be read';
    return { ok: false, message, body: text.slice(0, 16_384).toWellFormed() };
  }
}

/** One level of an AnyValue is four of JSON: the value, its list, `values`, the member. */
const MAX_WIRE_DEPTH = 4 * MAX_VALUE_DEPTH + 8;

/** Whether a value is nested deeper than `most`, without recursion. */
export function isDeeper(value: unknown, most: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > most) return true;
    const next: unknown[] = [];
    for (const member of level) {
      if (typeof member !== 'object' || member === null) continue;
      for (const inner of Object.values(member)) if (typeof inner === 'object' && inner !== null) next.push(inner);
    }
    level = next;
  }
  return false;
}

function readResource(group: unknown): ReadonlyMap<string, unknown> {
  const resource = isWire(group) ? group.resource : undefined;
  if (!isWire(resource)) return new Map();
  if (isDeeper(resource, MAX_WIRE_DEPTH)) throw new UnreadableRequest('the resource is nested too deeply');
  try {
    return readAttributes(resource.attributes);
  } catch (error) {
    throw new UnreadableRequest(`the resource cannot be read: ${error instanceof Error ? error.message : 'unknown'}`);
  }
}

/** A missing list is an empty one; an empty request is a success. */
function listOf(parent: unknown, field: string, name: string): readonly unknown[] {
  if (!isWire(parent)) throw new UnreadableRequest(`${name} is not an object; send {"${field}": […]}`);
  const list = parent[field] ?? [];
  if (!Array.isArray(list)) throw new UnreadableRequest(`${field} is not a list`);
  return list;
}

function id(value: unknown, digits: 16 | 32): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string' || value.length !== digits || !/^[0-9a-fA-F]+$/.test(value)) {
    throw new TypeError(`${digits === 32 ? 'traceId' : 'spanId'} is not ${digits} hex digits`);
  }
  return /^0+$/.test(value) ? undefined : value.toLowerCase();
}
