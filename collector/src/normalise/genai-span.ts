import { GENAI, idSchema, OTEL } from '@haltwire/schemas';
import type { OtlpSpan } from '../receive/otlp.ts';
import { callClaims, commonClaims, traceClaims } from './claims.ts';
import { type Fields, fieldsOf, missing } from './fields.ts';
import type { CallDraft, Dialect } from './types.ts';

/**
 * `execute_tool` spans after the GenAI semantic conventions, ours and anybody's: a witness of a call that has ended.
 *
 * `gen_ai.agent.id` of a span is a name in its emitter's own world, not a claim to be one of our agents.
 */
export const genaiSpan: Dialect<OtlpSpan> = {
  name: 'genai-span',
  read(record, options): CallDraft | undefined {
    if (record.attributes.get(GENAI.operationName) !== 'execute_tool') return undefined;
    const fields = fieldsOf(record.attributes, record.resource, [
      GENAI.agentName,
      GENAI.conversationId,
      OTEL.sessionId,
    ]);
    const call = callClaims(fields, options);
    if (call.tool === undefined) missing(GENAI.toolName);
    const failed = record.failed || call.errorType !== undefined;
    return {
      type: 'call',
      phase: 'result',
      origin: 'span',
      callId: fields.id(GENAI.toolCallId) ?? idOr(record.spanId, 'spanId'),
      sessionId: sessionOf(fields, record),
      producer: undefined,
      seq: undefined,
      claimed: {
        ...commonClaims(fields, record.time),
        ...traceClaims(record),
        ...call,
        status: failed ? 'error' : 'ok',
      },
      truncated: fields.truncated,
    };
  },
};

function sessionOf(fields: Fields, record: OtlpSpan): string {
  return fields.id(GENAI.conversationId) ?? fields.id(OTEL.sessionId) ?? idOr(record.traceId, 'traceId');
}

function idOr(id: string | undefined, name: string): string {
  return id !== undefined && idSchema.safeParse(id).success ? id : missing(name);
}
