import type { Claimed, DeadReason, Origin, Phase } from '@haltwire/schemas';
import type { OtlpLog, OtlpSpan } from '../receive/otlp.ts';

/** Why a record is none of ours: counted, never an error. */
export type IgnoreReason = 'not-a-haltwire-event' | 'not-a-tool-call';

/** Why a record did not reach `agent.inputs`. `unavailable`: the log did not take it, the sender tries again. */
export type RejectReason = DeadReason | 'unavailable';

interface DraftBase {
  readonly origin: Origin;
  readonly sessionId: string;
  readonly producer: string | undefined;
  readonly seq: number | undefined;
  /** Not yet redacted. */
  readonly claimed: Claimed;
  /** A claim was longer than its bound and was cut. */
  readonly truncated: boolean;
}

/** A call event as its sender tells it, before the collector adds what it knows itself. */
export interface CallDraft extends DraftBase {
  readonly type: 'call';
  readonly phase: Phase;
  readonly callId: string;
}

/** A session event as its sender tells it. */
export interface SessionDraft extends DraftBase {
  readonly type: 'session';
  readonly phase: 'started' | 'changed' | 'ended';
  /** Verified, then dropped: it is a secret. */
  readonly taskToken: string | undefined;
}

export type Draft = CallDraft | SessionDraft;

/** What became of a record. */
export type Normalised =
  | { readonly kind: 'draft'; readonly draft: Draft }
  | { readonly kind: 'ignored'; readonly reason: IgnoreReason }
  | { readonly kind: 'rejected'; readonly reason: DeadReason; readonly message: string };

/**
 * One dialect: recognises its records and reads them.
 *
 * Called once per received record, in the order of the table; the first dialect that answers decides. It must be
 * pure; it throws `FieldError` for a field that is missing or wrong, which becomes a rejection.
 */
export interface Dialect<T extends OtlpLog | OtlpSpan> {
  readonly name: string;
  /** Undefined when the record is not of this dialect. */
  read(record: T, options: NormaliseOptions): Draft | undefined;
}

export interface NormaliseOptions {
  /** Characters of arguments (as JSON) that are kept. */
  readonly argumentChars: number;
  /** Characters of a result that are kept for the redactor to search. */
  readonly resultChars: number;
}

/** A field of a record is missing or wrong. The message names the field and what would be right, never the value. */
export class FieldError extends Error {
  override readonly name = 'FieldError';
  readonly reason: DeadReason;
  constructor(reason: DeadReason, message: string) {
    super(message);
    this.reason = reason;
  }
}
