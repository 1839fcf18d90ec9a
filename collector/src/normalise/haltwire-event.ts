import { EVENT, GENAI, HALTWIRE, type Phase } from '@haltwire/schemas';
import type { OtlpLog } from '../receive/otlp.ts';
import { callClaims, commonClaims, compact, traceClaims } from './claims.ts';
import { type Fields, fieldsOf, missing, wrong } from './fields.ts';
import type { CallDraft, Dialect, NormaliseOptions, SessionDraft } from './types.ts';

const phases: Readonly<Record<string, Phase>> = {
  [EVENT.intent]: 'intent',
  [EVENT.started]: 'started',
  [EVENT.abandoned]: 'abandoned',
  [EVENT.result]: 'result',
};
const sessionPhases: Readonly<Record<string, SessionDraft['phase']>> = {
  [EVENT.sessionStarted]: 'started',
  [EVENT.sessionChanged]: 'changed',
  [EVENT.sessionEnded]: 'ended',
};

/** Haltwire's own events: log records named `haltwire.*`, numbered without gaps. */
export const haltwireEvent: Dialect<OtlpLog> = {
  name: 'haltwire-event',
  read(record, options) {
    const name = record.eventName ?? '';
    const phase = phases[name];
    const sessionPhase = sessionPhases[name];
    if (phase === undefined && sessionPhase === undefined) return undefined;
    const fields = fieldsOf(record.attributes, record.resource, [GENAI.agentName]);
    if (phase !== undefined) return readCall(record, fields, phase, options);
    return sessionPhase === undefined ? undefined : readSession(record, fields, sessionPhase);
  },
};

function readCall(record: OtlpLog, fields: Fields, phase: Phase, options: NormaliseOptions): CallDraft {
  const claimed = {
    ...identityClaims(fields, record.time),
    ...traceClaims(record),
    ...callClaims(fields, options),
    ...compact({ status: statusOf(fields) }),
  };
  if (phase === 'intent' && claimed.tool === undefined) missing(GENAI.toolName);
  return {
    type: 'call',
    phase,
    origin: 'sdk',
    callId: fields.requiredId(GENAI.toolCallId),
    ...numbering(fields),
    claimed,
    truncated: fields.truncated,
  };
}

function readSession(record: OtlpLog, fields: Fields, phase: SessionDraft['phase']): SessionDraft {
  const claimed = identityClaims(fields, record.time);
  return {
    type: 'session',
    phase,
    origin: 'sdk',
    taskToken: fields.text(HALTWIRE.taskToken, 8192),
    ...numbering(fields),
    claimed,
    truncated: fields.truncated,
  };
}

function numbering(fields: Fields): { sessionId: string; producer: string; seq: number } {
  return {
    sessionId: fields.requiredId(GENAI.conversationId),
    producer: fields.requiredId(HALTWIRE.producer),
    seq: fields.requiredCount(HALTWIRE.seq),
  };
}

/** Here `gen_ai.agent.id` is an identity claim, because our sdk sets it. */
function identityClaims(fields: Fields, time: number | undefined) {
  return {
    ...commonClaims(fields, time),
    ...compact({
      agentId: fields.text(GENAI.agentId, 200),
      taskId: fields.text(HALTWIRE.taskId, 200),
      taskText: fields.text(HALTWIRE.taskText, 4000),
      sessionNonce: fields.text(HALTWIRE.sessionNonce, 64),
    }),
  };
}

function statusOf(fields: Fields): 'ok' | 'error' | undefined {
  const status = fields.text(HALTWIRE.status, 16);
  if (status !== undefined && status !== 'ok' && status !== 'error') throw wrong(HALTWIRE.status, '"ok" or "error"');
  return status;
}
