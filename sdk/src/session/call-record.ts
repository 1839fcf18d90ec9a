import type { LeaseRef } from '@haltwire/schemas';
import { EVENT, GENAI, HALTWIRE, OTEL } from '@haltwire/schemas/attributes';
import type { Redactor } from '@haltwire/schemas/redact';
import type { PreparedCall } from '../call/prepare.ts';
import { errorTypeOf, reportResult } from '../call/result-text.ts';
import type { CallSpan } from '../call/span.ts';
import type { HaltwireError } from '../errors.ts';
import type { Attributes } from '../otlp/encode.ts';
import type { ResolvedTarget } from '../resolve/types.ts';
import { shownScripts } from '../scripts/shown-scripts.ts';
import type { Recorder } from './recorder.ts';

/** Most of each that the contracts allow in one event; the collector finds the rest in the redacted texts. */
const MAX_CREDENTIALS = 64;
const MAX_SECRETS_SEEN = 256;
const MAX_TARGETS = 16;
const MAX_PARAMETERS = 64;

/** Options of `CallRecord`. */
export interface CallRecordOptions {
  readonly recorder: Recorder;
  readonly redactor: Redactor;
  readonly call: PreparedCall;
  readonly span: CallSpan;
  readonly type: string | undefined;
  readonly description: string | undefined;
  /** Redacted names of the tool's parameters. */
  readonly parameters: readonly string[];
  readonly destructive: boolean;
}

/** Writes the phases of one call into the session's stream, and ends its span. Nothing unredacted passes here. */
export class CallRecord {
  readonly #options: CallRecordOptions;

  constructor(options: CallRecordOptions) {
    this.#options = options;
  }

  /**
   * The call asks, of these targets, and runs these files. Sent at once. Returns the intent's number; undefined when the
   * spool is full.
   */
  asked(targets: readonly ResolvedTarget[] = []): number | undefined {
    const { call, redactor } = this.#options;
    const files = shownScripts(call.scripts, redactor);
    return this.#intent(
      { [HALTWIRE.targets]: jsonOf(targets, MAX_TARGETS), [HALTWIRE.files]: jsonOf(files, files.length) },
      true,
    );
  }

  /**
   * The call was decided here: `readOnly` says that it only reads, so that nobody judges it in advance; the lease is the
   * one it ran under, if any.
   */
  decidedHere(readOnly: boolean, lease: LeaseRef | undefined): void {
    const ref = lease === undefined ? undefined : `${lease.epoch}/${lease.postureEpoch}`;
    this.#intent({ [HALTWIRE.readOnly]: readOnly || undefined, [HALTWIRE.lease]: ref }, false);
  }

  /** Runs a function inside the call's span. */
  inSpan<R>(work: () => R): R {
    return this.#options.span.run(work);
  }

  started(): void {
    this.#write(EVENT.started, {});
  }

  /** The call did not run. */
  abandoned(error: HaltwireError): void {
    this.#write(EVENT.abandoned, { [HALTWIRE.reason]: error.code });
    this.#options.span.refuse(error.code, error.code);
  }

  /** The call ran to its end. */
  result(outcome: { ok: true; value: unknown } | { ok: false; error: unknown }): void {
    const { redactor, span } = this.#options;
    const report = reportResult(outcome.ok ? outcome.value : outcome.error, redactor);
    const errorType = outcome.ok ? undefined : redactor.text(errorTypeOf(outcome.error)).value;
    this.#write(EVENT.result, {
      [HALTWIRE.status]: outcome.ok ? 'ok' : 'error',
      [OTEL.errorType]: errorType,
      // Repeated, so that whoever reads a result knows what it is the result of.
      [GENAI.toolCallArguments]: this.#options.call.redactedArguments,
      [HALTWIRE.cwd]: this.#options.call.cwd,
      [GENAI.toolCallResult]: report.text,
      [HALTWIRE.secretsSeen]: jsonOf(report.secretsSeen, MAX_SECRETS_SEEN),
    });
    span.end(report.text, errorType);
  }

  #intent(decided: Attributes, urgent: boolean): number | undefined {
    const { call, type, description, parameters, destructive } = this.#options;
    return this.#write(
      EVENT.intent,
      {
        [GENAI.toolType]: type,
        [GENAI.toolDescription]: description,
        [HALTWIRE.toolParameters]: jsonOf(parameters, MAX_PARAMETERS),
        [HALTWIRE.toolDestructive]: destructive || undefined,
        [GENAI.toolCallArguments]: call.redactedArguments,
        [HALTWIRE.cwd]: call.cwd,
        [HALTWIRE.credentials]: jsonOf(call.credentials, MAX_CREDENTIALS),
        ...decided,
      },
      urgent,
    );
  }

  #write(eventName: Parameters<Recorder['record']>[0], attributes: Attributes, urgent = false): number | undefined {
    const { recorder, call, span } = this.#options;
    return recorder.record(
      eventName,
      {
        attributes: {
          [GENAI.toolCallId]: call.callId,
          [GENAI.toolName]: call.tool,
          [HALTWIRE.digest]: call.digest,
          ...attributes,
        },
        traceId: span.traceId,
        spanId: span.spanId,
      },
      urgent,
    );
  }
}

function jsonOf(list: readonly unknown[], most: number): string | undefined {
  return list.length === 0 ? undefined : JSON.stringify(list.slice(0, most));
}
