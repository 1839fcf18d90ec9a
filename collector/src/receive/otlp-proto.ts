import protobuf from 'protobufjs';
import { readAttributes } from './any-value.ts';
import { type Decoded, type OtlpLog, type OtlpSpan, type Signal, UnreadableRequest } from './otlp.ts';
import { type RecordFrame, readLog, readSpan } from './record.ts';

/**
 * The part of OTLP that we read (opentelemetry-proto 1.11, field numbers unchanged since 1.0). Records are declared as
 * bytes and decoded one by one: a broken one is rejected alone, and its size is known.
 */
const definition = `
syntax = "proto3";
package haltwire.otlp;

message AnyValue {
  oneof value {
    string string_value = 1;
    bool bool_value = 2;
    int64 int_value = 3;
    double double_value = 4;
    ArrayValue array_value = 5;
    KeyValueList kvlist_value = 6;
    bytes bytes_value = 7;
  }
}
message ArrayValue { repeated AnyValue values = 1; }
message KeyValueList { repeated KeyValue values = 1; }
message KeyValue { string key = 1; AnyValue value = 2; }
message Resource { repeated KeyValue attributes = 1; }

message LogsRequest { repeated ResourceLogs resource_logs = 1; }
message ResourceLogs { Resource resource = 1; repeated ScopeLogs scope_logs = 2; }
message ScopeLogs { repeated bytes log_records = 2; }
message LogRecord {
  fixed64 time_unix_nano = 1;
  repeated KeyValue attributes = 6;
  bytes trace_id = 9;
  bytes span_id = 10;
  fixed64 observed_time_unix_nano = 11;
  string event_name = 12;
}

message TracesRequest { repeated ResourceSpans resource_spans = 1; }
message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
message ScopeSpans { repeated bytes spans = 2; }
message Span {
  bytes trace_id = 1;
  bytes span_id = 2;
  bytes parent_span_id = 4;
  string name = 5;
  fixed64 start_time_unix_nano = 7;
  fixed64 end_time_unix_nano = 8;
  repeated KeyValue attributes = 9;
  Status status = 15;
}
message Status { int32 code = 3; }

// Answers: google.rpc.Status, and the same partial success for both signals.
message RpcStatus { int32 code = 1; string message = 2; }
message ExportResponse { PartialSuccess partial_success = 1; }
message PartialSuccess { int64 rejected = 1; string error_message = 2; }
`;

const { root } = protobuf.parse(definition);
const type = (name: string): protobuf.Type => root.lookupType(`haltwire.otlp.${name}`);
const types = {
  LogsRequest: type('LogsRequest'),
  LogRecord: type('LogRecord'),
  TracesRequest: type('TracesRequest'),
  Span: type('Span'),
  RpcStatus: type('RpcStatus'),
  ExportResponse: type('ExportResponse'),
} as const;

/**
 * Decodes an OTLP request in protobuf, record by record. Nesting is bounded by protobufjs' recursion limit.
 *
 * @throws UnreadableRequest when the bytes are no such request.
 */
export function decodeProto(signal: Signal, body: Uint8Array): Decoded<OtlpLog | OtlpSpan>[] {
  return signal === 'logs'
    ? decodeAll(body, types.LogsRequest, ['resourceLogs', 'scopeLogs', 'logRecords'], types.LogRecord, readLog)
    : decodeAll(body, types.TracesRequest, ['resourceSpans', 'scopeSpans', 'spans'], types.Span, readSpan);
}

function decodeAll<T>(
  body: Uint8Array,
  request: protobuf.Type,
  [resources, scopes, records]: readonly [string, string, string],
  record: protobuf.Type,
  read: (wire: unknown, frame: RecordFrame) => T,
): Decoded<T>[] {
  const decoded: Decoded<T>[] = [];
  for (const group of listOf(decodeBytes(request, body), resources)) {
    const resource = readResource(group);
    for (const bytes of listOf(group, scopes).flatMap((scope) => listOf(scope, records))) {
      if (!(bytes instanceof Uint8Array)) continue;
      decoded.push(decodeRecord(bytes, () => read(decodeBytes(record, bytes), { resource, bytes: bytes.length, id })));
    }
  }
  return decoded;
}

function decodeRecord<T>(bytes: Uint8Array, read: () => T): Decoded<T> {
  try {
    return { ok: true, record: read() };
  } catch (error) {
    const message = error instanceof Error ? error.message : 'the record cannot be decoded';
    return { ok: false, message, body: Buffer.from(bytes.subarray(0, 16_384)).toString('utf8').toWellFormed() };
  }
}

function decodeBytes(message: protobuf.Type, bytes: Uint8Array): protobuf.Message {
  const reader = protobuf.Reader.create(bytes);
  // What we do not read is not kept either.
  reader.discardUnknown = true;
  try {
    return message.decode(reader);
  } catch (error) {
    throw new UnreadableRequest(
      `the protobuf cannot be decoded: ${error instanceof Error ? error.message : 'unknown'}`,
    );
  }
}

function readResource(group: unknown): ReadonlyMap<string, unknown> {
  const resource: unknown = (group as Record<string, unknown>).resource;
  if (typeof resource !== 'object' || resource === null) return new Map();
  try {
    return readAttributes((resource as Record<string, unknown>).attributes);
  } catch (error) {
    throw new UnreadableRequest(`the resource cannot be read: ${error instanceof Error ? error.message : 'unknown'}`);
  }
}

function listOf(message: unknown, field: string): readonly unknown[] {
  const list = (message as Record<string, unknown>)[field];
  return Array.isArray(list) ? list : [];
}

function id(value: unknown, digits: 16 | 32): string | undefined {
  if (!(value instanceof Uint8Array) || value.length === 0) return undefined;
  if (value.length !== digits / 2) throw new TypeError(`an id has ${value.length} bytes instead of ${digits / 2}`);
  const hex = Buffer.from(value).toString('hex');
  return /^0+$/.test(hex) ? undefined : hex;
}

/** `google.rpc.Status` in protobuf. */
export function encodeStatus(code: number, message: string): Buffer {
  return Buffer.from(types.RpcStatus.encode({ code, message }).finish());
}

/** `ExportLogsServiceResponse` or `ExportTraceServiceResponse` in protobuf: empty on full success. */
export function encodeResponse(partial: { rejected: number; errorMessage: string } | undefined): Buffer {
  const response = partial === undefined ? {} : { partialSuccess: partial };
  return Buffer.from(types.ExportResponse.encode(response).finish());
}
