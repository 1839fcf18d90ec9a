import type { CallEvent, SecretSeen } from '@haltwire/schemas';
import { contentOf } from '../content.ts';
import { nextOf, reasonOf, severityOf, titleOf } from '../explain.ts';
import { indicators } from '../indicators/index.ts';
import { invariants } from '../invariants/index.ts';
import { runChecks, runIndicators, type TaggedFinding } from '../judge/check.ts';
import { actsOf } from '../judge/context.ts';
import { judge } from '../judge/decide.ts';
import { describeCredential, describeSpan } from '../judge/words.ts';
import { breakerAllows, killSession } from '../kills.ts';
import { shownOf } from '../shown.ts';
import { learn, rememberSecret } from '../state/agent.ts';
import {
  type CallState,
  rememberFailure,
  SESSION_CAPS,
  type SessionState,
  setCapped,
  trimCalls,
} from '../state/session.ts';
import type { Turn } from '../turn.ts';
import { contextOf } from './context.ts';
import { notesOf } from './notes.ts';
import { onStarted, reportPastGate } from './progress.ts';
import { learnReached, rememberResult } from './remember.ts';

/** A call ended: the session remembers refusals and the secrets that the result showed; the baseline learns. */
export function onResult(turn: Turn, session: SessionState, event: CallEvent): void {
  const ran = event.origin === 'sdk' ? finishGated(turn, session, event) : hearWitness(turn, session, event);
  // Whoever shows it, and however often: evidence counts.
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
  const known = session.calls.get(event.callId);
  rememberResult(turn, session, event, known?.notes, known);
  if (ran?.learnable === true && event.derived.outcome?.status !== 'error') {
    learn(turn.store.agent(event.tenantId, event.agentId), ran.tool, ran.acts);
    learnReached(turn, ran, event);
  }
}

/** The gate's own witness. Answers the call if it ran as it was allowed to: only such calls are learned from. */
function finishGated(turn: Turn, session: SessionState, event: CallEvent): CallState | undefined {
  const known = session.calls.get(event.callId);
  if (known?.state === 'done') return undefined;
  const call =
    known === undefined || known.state === 'foreign' ? judgeAfterwards(turn, session, event, 'denied') : known;
  // A result implies a start: the same rules hold.
  if (call.state !== 'started' && call.state !== 'fast') onStarted(turn, session, event);
  const ran = call.state === 'started' || call.state === 'fast';
  call.state = 'done';
  return ran ? call : undefined;
}

/** A span, a hook: a second witness of a gated call, or the only one of a call that was never gated. Teaches nothing. */
function hearWitness(turn: Turn, session: SessionState, event: CallEvent): undefined {
  const known = session.calls.get(event.callId);
  const isSame = event.claimed.arguments === undefined || known?.content === contentOf(event);
  if (known === undefined || !isSame) judgeAfterwards(turn, session, event, 'foreign');
  else if (event.claimed.status !== 'error' && wasRefused(known))
    reportPastGate(turn, session, event, 'A second witness says that a call ran which was not allowed.');
}

function wasRefused(call: CallState): boolean {
  return call.state === 'held' || call.state === 'denied' || call.state === 'abandoned';
}

/** A secret in a result matters once the agent was refused or went looking. */
function suspicious(session: SessionState): boolean {
  return session.hunts.length > 0 && session.failures.some((failure) => failure.class === 'authorization');
}

/** A call that was never gated is judged after the fact, so that people and the kill still can act. */
function judgeAfterwards(turn: Turn, session: SessionState, event: CallEvent, state: 'denied' | 'foreign'): CallState {
  const context = contextOf(turn, session, event);
  const judgement = judge(context, runChecks(invariants, context), runIndicators(indicators, context));
  const observed = context.policy.agent(event.agentId)?.mode === 'observe';
  const kills =
    judgement.decision === 'kill' && !observed && session.kill === undefined && breakerAllows(turn, event.tenantId);
  const killId = kills ? turn.id('kill') : undefined;
  const call: CallState = {
    callId: event.callId,
    tool: event.claimed.tool?.name ?? 'unknown',
    digest: event.claimed.digest ?? '',
    content: contentOf(event),
    state,
    at: turn.now,
    decisionId: '',
    reason: reasonOf(judgement),
    acts: actsOf(context),
    learnable: false,
    notes: notesOf(context),
  };
  const known = session.calls.get(event.callId);
  // A gated call's life is told by the gate alone, whatever else comes under its id.
  if (known === undefined || known.state === 'foreign') session.calls.set(event.callId, call);
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
  const { callId } = event;
  // Two witnesses of one failure are one failure.
  if (session.failures.some((failure) => failure.callId === callId && failure.class === outcome.class)) return [];
  rememberFailure(session.failures, { callId, tool, class: outcome.class, credentials, at: turn.now });
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
    rememberSecret(agent, secret.fingerprint, { ...sighting, sessionId: event.sessionId });
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
