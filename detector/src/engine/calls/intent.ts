import { type CallEvent, type DecisionKind, findPlaceholders, readVerbs } from '@haltwire/schemas';
import { contentOf } from '../content.ts';
import { nextOf, reasonOf, severityOf, titleOf } from '../explain.ts';
import { ALLOW_DEADLINE_MS, openHold } from '../holds.ts';
import { indicators } from '../indicators/index.ts';
import { invariants } from '../invariants/index.ts';
import { runChecks, runIndicators, type TaggedFinding } from '../judge/check.ts';
import { actsOf, type JudgeContext } from '../judge/context.ts';
import { type Judgement, judge } from '../judge/decide.ts';
import { breakerAllows, killSession } from '../kills.ts';
import { approvalsFor } from '../policy/standing.ts';
import { shownOf } from '../shown.ts';
import { type CallState, pushCapped, SESSION_CAPS, type SessionState, setCapped, trimCalls } from '../state/session.ts';
import type { Turn } from '../turn.ts';
import { contextOf } from './context.ts';
import { checkLease } from './lease.ts';
import { notesOf } from './notes.ts';
import { countCall, forgetWarning, rememberRefusal } from './remember.ts';

/** Judges an intent: the call has not run yet, and runs only if this says so. */
export function onIntent(turn: Turn, session: SessionState, event: CallEvent): void {
  const known = session.calls.get(event.callId);
  // What only a span told of was not asked for yet: a witness that comes first does not answer for the gate.
  const taken = known !== undefined && known.state !== 'foreign';
  const content = contentOf(event);
  if (taken && known.content === content && known.digest === (event.claimed.digest ?? '')) return;
  session.callCount += 1;
  if (session.kill !== undefined) {
    refuseKilled(turn, session, event);
    return;
  }
  const context = contextOf(turn, session, event, countCall(turn, session, event, content));
  const found = [...(taken ? [idTaken] : []), ...checkLease(context), ...runChecks(invariants, context)];
  const judgement = approved(context, judge(context, found, runIndicators(indicators, context)));
  if (context.acts) forgetWarning(session);
  remember(turn, session, context);
  const call = newCall(turn, context, judgement, content);
  if (!taken) session.calls.set(event.callId, call);
  trimCalls(session);
  carryOut(turn, session, event, context, judgement, call);
}

const idTaken: TaggedFinding = {
  name: 'approved-digest',
  sentence: 'The call bears the id of another one that was judged before.',
  tags: ['ASI02'],
};

/** What people approved beforehand passes without a question, and is on record with what it would have been asked for. */
function approved(context: JudgeContext, judgement: Judgement): Judgement {
  if (judgement.decision !== 'hold' && judgement.decision !== 'alert') return judgement;
  if (judgement.invariants.length > 0) return judgement;
  const approvals = approvalsFor(context);
  if (approvals === undefined) return judgement;
  const signals = approvals.slice(0, 8).map(({ name, reason, expiresAt }) => ({
    name: 'standing-approval',
    observed: name,
    expected: judgement.decision,
    sentence: `Approved beforehand as "${name}" until ${new Date(expiresAt).toISOString()}: ${reason}`.slice(0, 600),
  }));
  return { ...judgement, decision: 'allow', elevate: false, signals: [...judgement.signals, ...signals] };
}

/** The session's memory of the call, kept whatever was decided. */
function remember(turn: Turn, session: SessionState, context: JudgeContext): void {
  const { event } = context;
  const hunt = event.derived.secretHunt;
  if (hunt !== undefined) {
    pushCapped(session.hunts, { callId: event.callId, evidence: hunt.evidence, at: turn.now }, SESSION_CAPS.hunts);
  }
  if (context.credentials.length === 0) return;
  // Only what stands in the arguments: a mere claim of use must not make a later find look like an old acquaintance.
  for (const { fingerprint } of findPlaceholders(JSON.stringify(event.claimed.arguments ?? null))) {
    const times = (session.credentialsUsed.get(fingerprint) ?? 0) + 1;
    setCapped(session.credentialsUsed, fingerprint, times, SESSION_CAPS.credentialsUsed);
  }
}

function newCall(turn: Turn, context: JudgeContext, judgement: Judgement, content: string): CallState {
  const { event } = context;
  return {
    callId: event.callId,
    tool: event.claimed.tool?.name ?? 'unknown',
    digest: event.claimed.digest ?? '',
    content,
    state: 'denied',
    at: turn.now,
    decisionId: '',
    reason: '',
    // What ran on its sender's own word teaches reading at most.
    acts: actsOf(context).filter(({ name }) => event.claimed.readOnly !== true || isReading(name)),
    learnable: judgement.decision === 'allow',
    notes: notesOf(context),
  };
}

function isReading(act: string): boolean {
  return readVerbs.some((verb) => act.startsWith(`${verb} `));
}

interface Effective {
  readonly decision: DecisionKind;
  readonly observed: boolean;
  /** Too many machine kills. */
  readonly broken: boolean;
  /** Too many open questions. */
  readonly crowded: boolean;
}

/** The decision after mode, breaker and the number of open questions. */
function effective(turn: Turn, session: SessionState, context: JudgeContext, judgement: Judgement): Effective {
  const observed = context.policy.agent(context.event.agentId)?.mode === 'observe';
  const broken = !observed && judgement.decision === 'kill' && !breakerAllows(turn, context.event.tenantId);
  const decision = broken ? 'hold' : judgement.decision;
  if (observed || decision !== 'hold') return { decision, observed, broken, crowded: false };
  const crowded = session.holds.size >= SESSION_CAPS.holds;
  // Under another call's id nothing can be approved.
  const isTaken = judgement.invariants.includes(idTaken);
  return { decision: crowded || isTaken ? 'deny' : 'hold', observed, broken, crowded };
}

function carryOut(
  turn: Turn,
  session: SessionState,
  event: CallEvent,
  context: JudgeContext,
  judgement: Judgement,
  call: CallState,
): void {
  const { decision, observed, broken, crowded } = effective(turn, session, context, judgement);
  // What ran on its sender's own word cannot be held any more.
  const holds = decision === 'hold' && !observed && event.claimed.readOnly !== true;
  const holdId = holds ? turn.id('hold') : undefined;
  const killId = decision === 'kill' && !observed ? turn.id('kill') : undefined;
  if (judgement.elevate && !observed) turn.raise(session, 'elevated');
  const title = titleOf(context, judgement);
  const record = turn.decide(session, {
    cause: 'intent',
    decision,
    mode: observed ? 'observe' : 'enforce',
    severity: broken ? 'critical' : severityOf(judgement),
    title: broken ? `Too many machine kills: a person must decide. ${title}` : title,
    callId: event.callId,
    invariants: judgement.invariants,
    indicators: judgement.indicators,
    signals: judgement.signals,
    impact: judgement.impact,
    shown: shownOf(event),
    effects: event.derived.effects,
    digest: event.claimed.digest,
    holdId,
    killId,
    next: nextOf(decision),
  });
  call.decisionId = record.decisionId;
  call.reason = crowded ? 'Too many calls of this session wait for a person already.' : reasonOf(judgement);
  if (killId !== undefined) {
    call.state = 'denied';
    rememberRefusal(turn, session, call, 'it was stopped');
    killSession(turn, session, killId, 'haltwire', title);
    return;
  }
  // The sdk decided this one itself, under its lease or because reads go on without one.
  if (event.claimed.readOnly === true) {
    call.state = 'fast';
    return;
  }
  const answer =
    observed || decision === 'alert' || decision === 'allow' ? 'allow' : decision === 'hold' ? 'hold' : 'deny';
  call.state = answer === 'allow' ? 'allowed' : answer === 'hold' ? 'held' : 'denied';
  if (answer === 'deny') rememberRefusal(turn, session, call, 'it was refused here');
  const ttl = context.policy.policy.responses.holdTtlSeconds * 1000;
  if (holdId !== undefined) {
    openHold(turn, session, call, {
      holdId,
      sessionKey: session.key,
      tenantId: session.tenantId,
      agentId: session.agentId,
      sessionId: session.sessionId,
      callId: event.callId,
      decisionId: record.decisionId,
      title: record.title,
      shown: record.shown ?? '',
      shownHash: record.shownHash ?? '',
      digest: call.digest,
      impact: judgement.impact,
      findings: [...record.invariants, ...record.indicators],
      openedAt: turn.now,
      expiresAt: turn.now + ttl,
    });
  }
  turn.out.push({
    type: 'verdict',
    sessionKey: session.key,
    callId: event.callId,
    digest: call.digest,
    decision: answer,
    decisionId: record.decisionId,
    postureEpoch: session.postureEpoch,
    deadlineMs: answer === 'hold' ? ttl : ALLOW_DEADLINE_MS,
    holdId,
    reason: call.reason,
  });
}

/** After a kill nothing is judged any more: the answer is no, and an acknowledged stop that was none is reported. */
function refuseKilled(turn: Turn, session: SessionState, event: CallEvent): void {
  const acknowledged = session.kill?.acknowledged !== undefined;
  const record = turn.decide(session, {
    cause: 'intent',
    decision: 'deny',
    severity: acknowledged ? 'high' : 'info',
    title: `${session.agentId} asks for a call after its kill.`,
    callId: event.callId,
    shown: shownOf(event),
    effects: event.derived.effects,
    digest: event.claimed.digest,
    killId: session.kill?.killId,
  });
  if (event.claimed.readOnly === true) return;
  turn.out.push({
    type: 'verdict',
    sessionKey: session.key,
    callId: event.callId,
    digest: event.claimed.digest ?? '',
    decision: 'deny',
    decisionId: record.decisionId,
    postureEpoch: session.postureEpoch,
    deadlineMs: 0,
    reason: 'This session was killed. A person can release it.',
  });
}
