/** An attribute value after decoding: JSON data, with bytes as base64 text. */
export type Attributes = ReadonlyMap<string, unknown>;

/** What OTLP calls a signal; Haltwire takes two. */
export type Signal = 'logs' | 'traces';

interface OtlpRecord {
  readonly attributes: Attributes;
  readonly resource: Attributes;
  /** 32 hex digits, lower case; undefined when absent or all zero. */
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
  /** The sender's clock, ms since epoch. */
  readonly time: number | undefined;
  /** Size as received, bytes. */
  readonly bytes: number;
}

export interface OtlpLog extends OtlpRecord {
  readonly signal: 'logs';
  /** `event_name`, or the older attribute `event.name`. */
  readonly eventName: string | undefined;
}

export interface OtlpSpan extends OtlpRecord {
  readonly signal: 'traces';
  readonly name: string;
  readonly failed: boolean;
  readonly parentSpanId: string | undefined;
  /** By the sender's clock; undefined when it did not say both when the span began and ended. */
  readonly durationMs: number | undefined;
}

/** One record of a request, or why it cannot be read. */
export type Decoded<T> = { readonly ok: true; readonly record: T } | DecodeFailure;

/** A record that cannot be read; the others of the request go on. */
export interface DecodeFailure {
  readonly ok: false;
  readonly message: string;
  /** The record's text as far as there is one, for the dead letter. */
  readonly body: string;
}

/** The request as a whole cannot be read: answered 400. */
export class UnreadableRequest extends Error {
  override readonly name = 'UnreadableRequest';
}
