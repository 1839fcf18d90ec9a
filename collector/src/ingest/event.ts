import {
  type CallEvent,
  type Claimed,
  type Derived,
  eventIdOf,
  type Observed,
  type Redactor,
  type SessionEvent,
} from '@haltwire/schemas';
import type { AgentPrincipal } from '../authenticate/authenticate.ts';
import type { Classifier } from '../classify/index.ts';
import { compact } from '../normalise/claims.ts';
import type { CallDraft, Draft, SessionDraft } from '../normalise/types.ts';
import { type RedactedClaims, redactClaims, union } from '../redact/redact-claims.ts';

/** What turns a draft into a record of the log. */
export interface EventParts {
  readonly agent: AgentPrincipal;
  readonly transport: 'otlp/http+json' | 'otlp/http+protobuf';
  /** Size of the record as received, bytes. */
  readonly bytes: number;
  /** Of a verified task token. */
  readonly task?: Observed['task'];
  readonly redactor: Redactor;
  readonly classifier: Classifier;
  /** Called when the classifier breaks its promise and throws. */
  readonly onClassifierFailure: () => void;
}

/**
 * Makes the log's record of a draft: redacted, with what the collector observed and derived. The agent is the
 * authenticated one, whatever the draft claims.
 */
export function eventOf(draft: Draft, parts: EventParts): CallEvent | SessionEvent {
  const redacted = redactClaims(draft.claimed, parts.redactor);
  const observed: Observed = compact({
    keyId: parts.agent.keyId,
    transport: parts.transport,
    bytes: parts.bytes,
    task: parts.task,
    truncated: draft.truncated || redacted.truncated ? true : undefined,
  });
  return draft.type === 'call'
    ? callEvent(draft, parts, redacted, observed)
    : sessionEvent(draft, parts, redacted.claimed, observed);
}

function subjectOf(draft: Draft, { agent }: EventParts) {
  return {
    v: 1 as const,
    tenantId: agent.tenantId,
    agentId: agent.agentId,
    rootAgentId: agent.agentId,
    sessionId: draft.sessionId,
    origin: draft.origin,
    ...compact({ producer: draft.producer, seq: draft.seq }),
  };
}

function callEvent(draft: CallDraft, parts: EventParts, redacted: RedactedClaims, observed: Observed): CallEvent {
  const subject = subjectOf(draft, parts);
  return {
    type: 'call',
    ...subject,
    eventId: eventIdOf(subject, draft.callId, draft.phase, draft.origin),
    phase: draft.phase,
    callId: draft.callId,
    claimed: redacted.claimed,
    observed,
    derived: derive(draft, parts, redacted, observed.truncated === true),
  };
}

function sessionEvent(draft: SessionDraft, parts: EventParts, claimed: Claimed, observed: Observed): SessionEvent {
  const subject = subjectOf(draft, parts);
  const place = `${draft.producer ?? ''}#${draft.seq ?? ''}`;
  return {
    type: 'session',
    ...subject,
    eventId: eventIdOf(subject, place, `session-${draft.phase}`, draft.origin),
    phase: draft.phase,
    claimed,
    observed,
  };
}

function derive(draft: CallDraft, parts: EventParts, redacted: RedactedClaims, truncated: boolean): Derived {
  const { claimed, credentials, secretsSeen } = redacted;
  const isResult = draft.phase === 'result';
  const derived = classified(parts, {
    phase: draft.phase,
    tool: claimed.tool ?? { name: 'unknown' },
    arguments: claimed.arguments,
    ...compact({ cwd: claimed.cwd, targets: claimed.targets, files: filesOf(claimed) }),
    credentials,
    truncated,
    ...(isResult
      ? {
          result: {
            status: claimed.status ?? 'ok',
            ...compact({ errorType: claimed.errorType, text: claimed.resultText }),
            secretsSeen,
          },
        }
      : {}),
  });
  return {
    ...derived,
    credentials: union(derived.credentials, credentials),
    secretsSeen: union(derived.secretsSeen, secretsSeen),
  };
}

/** By path, the last of the same counts. A claim: the classifier only adds to what the call itself shows. */
function filesOf({ files }: Claimed): Record<string, string> | undefined {
  if (files === undefined || files.length === 0) return undefined;
  return Object.fromEntries(files.map(({ path, text }) => [path, text]));
}

function classified(parts: EventParts, input: Parameters<Classifier['classify']>[0]): Derived {
  try {
    return parts.classifier.classify(input);
  } catch {
    parts.onClassifierFailure();
    return unreadable;
  }
}

/** What cannot be read raises the tier: an unknown effect, and the reason. */
const unreadable: Derived = {
  effects: [
    {
      verb: 'unknown',
      resource: 'unknown',
      system: 'unknown',
      target: {},
      scope: 'unknown',
      reversibility: 'unknown',
      destructiveness: 0.5,
      touchesBackups: false,
      evidence: 'the classifier failed on this call',
      confidence: 0,
    },
  ],
  worst: 0,
  readOnly: false,
  credentials: [],
  secretsSeen: [],
  opaque: 'the classifier failed on this call',
};
