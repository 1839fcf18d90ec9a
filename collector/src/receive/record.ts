import { isWire, readAttributes } from './any-value.ts';
import type { Attributes, OtlpLog, OtlpSpan } from './otlp.ts';

/** What both encodings know of where a record came from. */
export interface RecordFrame {
  readonly resource: Attributes;
  /** Size as received, bytes. */
  readonly bytes: number;
  /** Ids: hex in JSON, bytes in protobuf. */
  readonly id: (value: unknown, digits: 16 | 32) => string | undefined;
}

/**
 * Reads one decoded LogRecord, whichever encoding it came in.
 *
 * @throws TypeError when a field has a wrong type, naming it.
 */
export function readLog(wire: unknown, frame: RecordFrame): OtlpLog {
  if (!isWire(wire)) throw new TypeError('a logRecord is not an object');
  const attributes = readAttributes(wire.attributes);
  const eventName = wire.eventName || attributes.get('event.name');
  return {
    signal: 'logs',
    attributes,
    resource: frame.resource,
    eventName: typeof eventName === 'string' ? eventName : undefined,
    traceId: frame.id(wire.traceId, 32),
    spanId: frame.id(wire.spanId, 16),
    time: readTime(wire.timeUnixNano) ?? readTime(wire.observedTimeUnixNano),
    bytes: frame.bytes,
  };
}

/**
 * Reads one decoded Span, whichever encoding it came in.
 *
 * @throws TypeError when a field has a wrong type, naming it.
 */
export function readSpan(wire: unknown, frame: RecordFrame): OtlpSpan {
  if (!isWire(wire)) throw new TypeError('a span is not an object');
  const status = isWire(wire.status) ? wire.status.code : undefined;
  const [start, end] = [readTime(wire.startTimeUnixNano), readTime(wire.endTimeUnixNano)];
  return {
    signal: 'traces',
    attributes: readAttributes(wire.attributes),
    resource: frame.resource,
    name: typeof wire.name === 'string' ? wire.name.toWellFormed() : '',
    failed: status === 2 || status === 'STATUS_CODE_ERROR',
    traceId: frame.id(wire.traceId, 32),
    spanId: frame.id(wire.spanId, 16),
    parentSpanId: frame.id(wire.parentSpanId, 16),
    durationMs: start === undefined || end === undefined || end < start ? undefined : end - start,
    time: end ?? start,
    bytes: frame.bytes,
  };
}

/** Nanoseconds (a decimal string, a number or a Long) as milliseconds; 0 and nonsense are no time. */
function readTime(value: unknown): number | undefined {
  const number = Number(typeof value === 'object' && value !== null ? String(value) : value);
  return Number.isFinite(number) && number > 0 ? Math.round(number / 1e6) : undefined;
}
