import type { CallEvent, SecretSeen } from '@haltwire/schemas';
import { nextOf, reasonOf, severityOf, titleOf } from '../explain.ts';
import { indicators } from '../indicators/index.ts';
import { invariants } from '../invariants/index.ts';
import { runChecks, type TaggedFinding } from '../judge/check.ts';
import { judgeContext } from '../judge/context.ts';
import { judge } from '../judge/decide.ts';
import { describeCredential, describeSpan } from '../judge/words.ts';
import { breakerAllows, killSession } from '../kills.ts';
import { shownOf } from '../shown.ts';
import { AGENT_CAPS, learn } from '../state/agent.ts';
import { type CallState, pushCapped, SESSION_CAPS, type SessionState, setCapped, trimCalls } from '../state/session.ts';
import type { Turn } from '../turn.ts';
import { onStarted } from './progress.ts';

/** A call ended: the session remembers refusals and the secrets that the result showed; the baseline learns. */
export function onResult(turn: Turn, session: SessionState, event: CallEvent): void {
  const known = session.calls.get(event.callId);
  if (known?.state === 'done') return;
  const call = known ?? foreignCall(turn, session, event);
  // A result of the gate's own witness implies a start: the same rules hold.
  if (event.origin === 'sdk' && call.state !== 'started' && call.state !== 'fast') onStarted(turn, session, event);
  call.state = 'done';
  const findings = [...noteRefusal(turn, session, event), ...noteSecrets(turn, session, event)];
  if (findings.length > 0) {
    const alarming = findings.some(({ name }) => name === 'found-credential' && suspicious(session));
    if (alarming) turn.raise(session, 'elevated');
    turn.decide(session, {
      cause: 'result',
      decision: alarming ? 'alert' : 'allow',
      severity: alarming ? 'medium' : 'info',
      title: findings.map(({ sentence }) => sentence).join(' '),
      callId: event.callId,
      indicators: findings,
    });
  }
  if (call.learnable && event.derived.outcome?.status !== 'error') {
    learn(turn.store.agent(event.tenantId, event.agentId), call.tool, call.effects);
  }
}

/** A secret in a result matters once the agent was refused or went looking. */
function suspicious(session: SessionState): boolean {
  return session.hunts.length > 0 && session.failures.some((failure) => failure.class === 'authorization');
}

/** A call that only a span reports was never gated: it is judged after the fact, so that people and the kill still can act. */
function foreignCall(turn: Turn, session: SessionState, event: CallEvent): CallState {
  const context = judgeContext(
    event,
    session,
    turn.store.agent(event.tenantId, event.agentId),
    turn.policy(event.tenantId),
    turn.now,
  );
  const judgement = judge(context, runChecks(invariants, context), runChecks(indicators, context));
  const observed = context.policy.agent(event.agentId)?.mode === 'observe';
  const kills =
    judgement.decision === 'kill' && !observed && session.kill === undefined && breakerAllows(turn, event.tenantId);
  const killId = kills ? turn.id('kill') : undefined;
  const call: CallState = {
    callId: event.callId,
    tool: event.claimed.tool?.name ?? 'unknown',
    digest: event.claimed.digest ?? '',
    state: event.origin === 'sdk' ? 'denied' : 'foreign',
    at: turn.now,
    decisionId: '',
    reason: reasonOf(judgement),
    effects: event.derived.effects,
    learnable: judgement.decision === 'allow',
  };
  session.calls.set(event.callId, call);
  session.callCount += 1;
  trimCalls(session);
  if (judgement.decision === 'allow') return call;
  const title = `${titleOf(context, judgement)} It had already run: this source is not gated.`;
  if (judgement.elevate && !observed) turn.raise(session, 'elevated');
  call.decisionId = turn.decide(session, {
    cause: 'result',
    decision: kills ? 'kill' : 'alert',
    mode: observed ? 'observe' : 'enforce',
    severity: severityOf(judgement),
    title,
    callId: event.callId,
    invariants: judgement.invariants,
    indicators: judgement.indicators,
    signals: judgement.signals,
    impact: judgement.impact,
    shown: shownOf(event),
    effects: event.derived.effects,
    killId,
    next: nextOf(kills ? 'kill' : 'deny'),
  }).decisionId;
  if (killId !== undefined) killSession(turn, session, killId, 'haltwire', title);
  return call;
}

function noteRefusal(turn: Turn, session: SessionState, event: CallEvent): TaggedFinding[] {
  const outcome = event.derived.outcome;
  if (outcome === undefined || outcome.class === 'none') return [];
  const credentials = [...event.derived.credentials, ...(event.claimed.credentials ?? [])].map(
    (use) => use.fingerprint,
  );
  const tool = event.claimed.tool?.name ?? 'a tool';
  pushCapped(
    session.failures,
    { callId: event.callId, tool, class: outcome.class, credentials, at: turn.now },
    SESSION_CAPS.failures,
  );
  if (outcome.class !== 'authorization') return [];
  return [
    {
      name: 'authorization-failure',
      sentence: `${tool} was refused: ${outcome.evidence ?? 'not authorized'}.`,
      tags: [],
    },
  ];
}

function noteSecrets(turn: Turn, session: SessionState, event: CallEvent): TaggedFinding[] {
  const seen = new Map<string, SecretSeen>();
  for (const secret of [...(event.claimed.secretsSeen ?? []).map(withoutSource), ...event.derived.secretsSeen])
    seen.set(secret.fingerprint, secret);
  const policy = turn.policy(event.tenantId);
  const agent = turn.store.agent(event.tenantId, event.agentId);
  const taskId = session.taskId ?? policy.agent(event.agentId)?.task;
  const findings: TaggedFinding[] = [];
  for (const secret of seen.values()) {
    // What the agent itself put into the call is not something that the result showed it first.
    if (session.credentialsUsed.has(secret.fingerprint) && !session.secrets.has(secret.fingerprint)) continue;
    const standing = policy.standing(secret, event.agentId, taskId);
    const sighting = { kind: secret.kind, callId: event.callId, source: secret.source, at: turn.now };
    const seenBefore = session.secrets.has(secret.fingerprint);
    if (!seenBefore) setCapped(session.secrets, secret.fingerprint, sighting, SESSION_CAPS.secrets);
    if (!agent.secrets.has(secret.fingerprint)) {
      setCapped(agent.secrets, secret.fingerprint, { ...sighting, sessionId: event.sessionId }, AGENT_CAPS.secrets);
    }
    if (standing === 'granted' || seenBefore) continue;
    const registered = policy.credential(secret.fingerprint);
    const what = describeCredential({ use: secret, name: registered?.name, standing });
    const issuedFor = registered?.credential.description;
    const where = secret.source ?? 'a result';
    const latest = session.failures.findLast((failure) => failure.class === 'authorization');
    const after = latest === undefined ? '' : ` ${describeSpan(turn.now - latest.at)} after a refusal`;
    findings.push({
      name: 'found-credential',
      sentence: `The agent saw ${what} in ${where}${after}${issuedFor === undefined ? '' : `; it was issued for ${issuedFor}`}.`,
      tags: ['ASI03', 'AML.T0055'],
    });
  }
  return findings.slice(0, 8);
}

/** Where a secret stood is for the collector to say. */
function withoutSource({ fingerprint, kind }: SecretSeen): SecretSeen {
  return { fingerprint, kind };
}
