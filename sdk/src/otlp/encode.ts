import type { EventName } from '@haltwire/schemas/attributes';
import { SDK_VERSION } from '../version.ts';

/** Value of an attribute; `undefined` leaves the attribute out. */
export type AttributeValue = string | number | boolean | undefined;
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** One event of a session before it is encoded. */
export interface LogEvent {
  readonly eventName: EventName;
  /** Sender's wall clock, ms since epoch. */
  readonly time: number;
  readonly attributes: Attributes;
  /** Lower-case hex, of the call's span. */
  readonly traceId?: string | undefined;
  readonly spanId?: string | undefined;
}

/** OTLP's number for INFO. */
const SEVERITY_INFO = 9;

/** Encodes attributes as OTLP/JSON `KeyValue`s. 64-bit integers are strings there. */
function encodeAttributes(attributes: Attributes): unknown[] {
  const encoded: unknown[] = [];
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined) continue;
    if (typeof value === 'string') encoded.push({ key, value: { stringValue: value.toWellFormed() } });
    else if (typeof value === 'boolean') encoded.push({ key, value: { boolValue: value } });
    else if (Number.isSafeInteger(value)) encoded.push({ key, value: { intValue: String(value) } });
    else encoded.push({ key, value: { doubleValue: value } });
  }
  return encoded;
}

/** One OTLP/JSON log record (opentelemetry-proto 1.x, `LogRecord`), as text. */
export function encodeLogRecord(event: LogEvent): string {
  const nanos = `${Math.trunc(event.time)}000000`;
  return JSON.stringify({
    timeUnixNano: nanos,
    observedTimeUnixNano: nanos,
    severityNumber: SEVERITY_INFO,
    eventName: event.eventName,
    attributes: encodeAttributes(event.attributes),
    ...(event.traceId === undefined ? {} : { traceId: event.traceId, spanId: event.spanId }),
  });
}

/** An `ExportLogsServiceRequest` around encoded log records. */
export function encodeLogsRequest(resource: Attributes, records: readonly string[]): string {
  const resourceJson = JSON.stringify({ attributes: encodeAttributes(resource) });
  const scopeJson = JSON.stringify({ name: '@haltwire/sdk', version: SDK_VERSION });
  return `{"resourceLogs":[{"resource":${resourceJson},"scopeLogs":[{"scope":${scopeJson},"logRecords":[${records.join(',')}]}]}]}`;
}
