import type { Actor, HoldView } from '@haltwire/schemas';
import { rememberRefusal } from './calls/remember.ts';
import type { HoldOutcome } from './outputs.ts';
import type { CallState, SessionState } from './state/session.ts';
import type { Turn } from './turn.ts';

/** How long the sdk may take from an allow's arrival to the start, ms. */
export const ALLOW_DEADLINE_MS = 5000;

/** Puts a call on hold: a question to people, with an end. */
export function openHold(turn: Turn, session: SessionState, call: CallState, view: HoldView): void {
  call.holdId = view.holdId;
  session.holds.set(view.holdId, { view, callId: call.callId });
  turn.out.push({ type: 'hold-opened', hold: view });
  turn.out.push({ type: 'session', sessionKey: session.key });
}

/** A person lets exactly this call run, once. */
export function approveHold(turn: Turn, session: SessionState, holdId: string, actor: Actor, reason: string): void {
  answer(turn, session, holdId, 'approved', actor, reason);
}

/** A person refuses the call; the session goes on. */
export function denyHold(turn: Turn, session: SessionState, holdId: string, actor: Actor, reason: string): void {
  answer(turn, session, holdId, 'denied', actor, reason);
}

function answer(
  turn: Turn,
  session: SessionState,
  holdId: string,
  outcome: 'approved' | 'denied',
  actor: Actor,
  reason: string,
): void {
  const hold = session.holds.get(holdId);
  const call = hold === undefined ? undefined : session.calls.get(hold.callId);
  if (hold === undefined || call === undefined) return;
  const approved = outcome === 'approved';
  const decision = turn.decide(session, {
    cause: 'command',
    decision: approved ? 'allow' : 'deny',
    severity: 'info',
    title: `${actor.name} ${outcome} ${hold.view.shown.slice(0, 200)}: ${reason}`,
    callId: call.callId,
    digest: call.digest,
    shown: hold.view.shown,
    holdId,
    actor: actor.name,
  });
  close(turn, session, holdId, outcome, actor.name);
  settle(
    turn,
    session,
    call,
    approved,
    decision.decisionId,
    `${approved ? 'Approved' : 'Denied'} by ${actor.name}: ${reason}`,
  );
}

/** Nobody answered: the call is denied. */
export function expireHold(turn: Turn, session: SessionState, holdId: string): void {
  const hold = session.holds.get(holdId);
  const call = hold === undefined ? undefined : session.calls.get(hold.callId);
  close(turn, session, holdId, 'expired', 'nobody');
  if (hold === undefined || call === undefined) return;
  const decision = turn.decide(session, {
    cause: 'timer',
    decision: 'deny',
    severity: 'medium',
    title: `Nobody answered in time, so the call is denied: ${hold.view.shown.slice(0, 200)}`,
    callId: call.callId,
    digest: call.digest,
    shown: hold.view.shown,
    holdId,
  });
  settle(
    turn,
    session,
    call,
    false,
    decision.decisionId,
    'Nobody approved the call in time. Ask a person before trying again.',
  );
}

/** Ends every open hold of the session without a verdict: the kill is the verdict. */
export function closeHolds(turn: Turn, session: SessionState, outcome: HoldOutcome, by: string): void {
  for (const [holdId, hold] of session.holds) {
    const call = session.calls.get(hold.callId);
    if (call !== undefined) call.state = 'denied';
    close(turn, session, holdId, outcome, by);
  }
}

/** Ends the hold of one call, e.g. because the sdk gave it up. */
export function closeHoldOf(turn: Turn, session: SessionState, call: CallState, outcome: HoldOutcome): void {
  if (call.holdId !== undefined && session.holds.has(call.holdId))
    close(turn, session, call.holdId, outcome, session.agentId);
}

function close(turn: Turn, session: SessionState, holdId: string, outcome: HoldOutcome, by: string): void {
  if (!session.holds.delete(holdId)) return;
  turn.out.push({ type: 'hold-closed', holdId, sessionKey: session.key, tenantId: session.tenantId, outcome, by });
  turn.out.push({ type: 'session', sessionKey: session.key });
}

function settle(
  turn: Turn,
  session: SessionState,
  call: CallState,
  allowed: boolean,
  decisionId: string,
  reason: string,
): void {
  call.state = allowed ? 'allowed' : 'denied';
  call.at = turn.now;
  if (!allowed) rememberRefusal(turn, session, call, 'nobody approved it');
  // What a person approved is what this agent may do: once it ran, it is practice.
  call.learnable = allowed;
  call.decisionId = decisionId;
  call.reason = reason.slice(0, 2000);
  turn.out.push({
    type: 'verdict',
    sessionKey: session.key,
    callId: call.callId,
    digest: call.digest,
    decision: allowed ? 'allow' : 'deny',
    decisionId,
    postureEpoch: session.postureEpoch,
    deadlineMs: ALLOW_DEADLINE_MS,
    holdId: call.holdId,
    reason: call.reason,
  });
}
