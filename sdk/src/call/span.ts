import { GENAI, HALTWIRE, OTEL } from '@haltwire/schemas/attributes';
import {
  context,
  isSpanContextValid,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type { PreparedCall } from './prepare.ts';
import { cutText } from './result-text.ts';

/** Longer arguments are left out of the span: half of a JSON text would tell less than none. */
const MAX_SPAN_ARGUMENTS = 32 * 1024;

/** What is known when a call is asked for. */
export interface SpanFacts {
  readonly call: PreparedCall;
  readonly type: string | undefined;
  /** Redacted. */
  readonly description: string | undefined;
  readonly sessionId: string;
  readonly agentName: string | undefined;
}

/**
 * The `execute_tool` span of one call, after the GenAI semantic conventions.
 *
 * A call that was refused ends as `refuse_tool`: an `execute_tool` span of something that never ran would be a lie.
 */
export class CallSpan {
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
  readonly #span: Span;
  readonly #tool: string;

  constructor(tracer: Tracer, facts: SpanFacts) {
    const { call } = facts;
    this.#tool = call.tool;
    this.#span = tracer.startSpan(`execute_tool ${call.tool}`, {
      kind: SpanKind.INTERNAL,
      attributes: {
        [GENAI.operationName]: 'execute_tool',
        [GENAI.toolName]: call.tool,
        [GENAI.toolCallId]: call.callId,
        [GENAI.conversationId]: facts.sessionId,
        [HALTWIRE.digest]: call.digest,
        ...(facts.agentName === undefined ? {} : { [GENAI.agentName]: facts.agentName }),
        ...(facts.type === undefined ? {} : { [GENAI.toolType]: facts.type }),
        ...(facts.description === undefined ? {} : { [GENAI.toolDescription]: facts.description }),
        ...(call.redactedArguments.length > MAX_SPAN_ARGUMENTS
          ? {}
          : { [GENAI.toolCallArguments]: call.redactedArguments }),
      },
    });
    const ids = this.#span.spanContext();
    if (isSpanContextValid(ids)) {
      this.traceId = ids.traceId;
      this.spanId = ids.spanId;
    }
  }

  /** Runs a function inside the span's context, so that whatever it calls becomes a child. */
  run<R>(work: () => R): R {
    return context.with(trace.setSpan(context.active(), this.#span), work);
  }

  /** The call ran. `resultText` is redacted. */
  end(resultText: string, errorType: string | undefined): void {
    this.#span.setAttribute(GENAI.toolCallResult, resultText);
    if (errorType !== undefined) {
      this.#span.setAttribute(OTEL.errorType, errorType);
      this.#span.setStatus({ code: SpanStatusCode.ERROR, message: cutText(resultText, 200) });
    }
    this.#span.end();
  }

  /** The call did not run. */
  refuse(errorType: string, reason: string): void {
    this.#span.updateName(`refuse_tool ${this.#tool}`);
    this.#span.setAttributes({
      [GENAI.operationName]: 'refuse_tool',
      [OTEL.errorType]: errorType,
      [HALTWIRE.reason]: reason,
    });
    this.#span.setStatus({ code: SpanStatusCode.ERROR, message: reason });
    this.#span.end();
  }
}
