import type { Decision, Finding, Signal } from '@haltwire/schemas';
import { type CredentialWay, credentialWays } from './credentials.ts';
import type { Facts } from './gather.ts';
import { type NamedTag, nameTag } from './tag-names.ts';

/** One line of a session's story. */
export interface Moment {
  /** Log time, ms. */
  readonly at: number;
  /** Before (negative) or after the decision, ms. */
  readonly offsetMs: number;
  readonly callId?: string | undefined;
  readonly decision: Decision['decision'];
  readonly what: string;
}

/** A decision in all its reasons: what `haltwire why --json` prints. */
export interface Explanation {
  readonly decisionId: string;
  readonly caseId: string;
  readonly sessionKey: string;
  readonly agentId: string;
  readonly callId?: string | undefined;
  readonly taskId?: string | undefined;
  readonly at: number;
  readonly decision: Decision['decision'];
  readonly mode: Decision['mode'];
  readonly severity: Decision['severity'];
  readonly title: string;
  /** What became of the call by it, in words. */
  readonly outcome: string;
  readonly shown?: string | undefined;
  readonly invariants: readonly Finding[];
  readonly indicators: readonly Finding[];
  readonly signals: readonly Signal[];
  readonly impact: number;
  readonly credentials: readonly CredentialWay[];
  readonly before: readonly Moment[];
  readonly after: readonly Moment[];
  readonly next: readonly string[];
  readonly tags: readonly NamedTag[];
  /** The registry was replaced since: names may have changed. */
  readonly policyChanged: boolean;
}

const OUTCOMES: Readonly<Record<Decision['decision'], string>> = {
  allow: 'The call was allowed.',
  alert: 'The call went on; people were told.',
  hold: 'The call waited for a person.',
  deny: 'The call was refused; the session went on.',
  kill: 'The call was refused and the session was killed.',
};

/** Everything that is to be said about a decision. */
export function explanationOf(facts: Facts): Explanation {
  const { decision, session, policyHash } = facts;
  const place = session.findIndex(({ decisionId }) => decisionId === decision.decisionId);
  const moments = (decisions: readonly Decision[]) => decisions.map((one) => momentOf(one, decision.logTime));
  const { decisionId, caseId, agentId, sessionId, callId, taskId, mode, severity, title, shown } = decision;
  return {
    decisionId,
    caseId,
    sessionKey: [decision.tenantId, agentId, sessionId].map(encodeURIComponent).join('/'),
    agentId,
    callId,
    taskId,
    at: decision.logTime,
    decision: decision.decision,
    mode,
    severity,
    title,
    outcome: outcomeOf(decision),
    shown,
    invariants: decision.invariants,
    indicators: decision.indicators,
    signals: decision.signals,
    impact: decision.impact,
    credentials: credentialWays(facts),
    before: moments(session.slice(0, Math.max(0, place))),
    after: moments(session.slice(place + 1)),
    next: nextSteps(facts),
    tags: decision.tags.map(nameTag),
    policyChanged: policyHash !== decision.policyHash,
  };
}

function outcomeOf({ decision, mode, cause, actor }: Decision): string {
  if (actor !== undefined) return `${actor} decided it.`;
  if (mode === 'observe' && decision !== 'allow')
    return `The agent is only observed: it would have been ${PAST[decision]}.`;
  if (cause === 'intent') return OUTCOMES[decision];
  if (cause === 'timer') return 'Nobody answered in time.';
  return decision === 'kill' ? 'The session was killed.' : 'People were told.';
}

const PAST: Readonly<Record<Decision['decision'], string>> = {
  allow: 'allowed',
  alert: 'alerted',
  hold: 'held',
  deny: 'denied',
  kill: 'killed',
};

function momentOf(decision: Decision, from: number): Moment {
  const { logTime, callId, shown, title, cause } = decision;
  const what = cause === 'intent' ? (shown ?? title) : title;
  return { at: logTime, offsetMs: logTime - from, callId, decision: decision.decision, what };
}

/** What a person can do now. Depends on how things stand, not only on how they stood. */
function nextSteps({ decision, now, session }: Facts): string[] {
  const answered = session.find((one) => one.holdId === decision.holdId && one.decisionId !== decision.decisionId);
  const isHold = decision.decision === 'hold' && decision.holdId !== undefined;
  if (isHold && answered !== undefined) return [`The question was answered: ${answered.title}`];
  const steps = decision.next === undefined ? [] : [decision.next];
  if (now?.kill === undefined) return steps;
  const acknowledged =
    now.kill.acknowledged === undefined
      ? 'The kill is not acknowledged: the process may still run.'
      : `The process has acknowledged the kill (its own word: ${now.kill.acknowledged.attestedBy}; call in flight: ${now.kill.acknowledged.inFlight}).`;
  return [...steps, acknowledged];
}
