import type { CallEvent } from '@haltwire/schemas';
import { closeHoldOf } from '../holds.ts';
import type { TaggedFinding } from '../judge/check.ts';
import { breakerAllows, killSession } from '../kills.ts';
import { shownOf } from '../shown.ts';
import type { CallState, SessionState } from '../state/session.ts';
import type { Turn } from '../turn.ts';

/** The sdk says that a call begins to run. */
export function onStarted(turn: Turn, session: SessionState, event: CallEvent): void {
  const call = session.calls.get(event.callId);
  if (session.kill?.acknowledged !== undefined) {
    reportMisuse(turn, session, event, {
      name: 'kill-obeyed',
      sentence: 'The session acknowledged its kill, and yet a call started.',
      tags: ['ASI10'],
    });
    return;
  }
  const wrong = startedWrongly(call, event);
  if (wrong !== undefined) {
    if (call === undefined && mayBeLost(session, event)) reportLost(turn, session, event);
    else reportPastGate(turn, session, event, wrong);
    return;
  }
  if (call !== undefined && call.state === 'allowed') call.state = 'started';
}

function startedWrongly(call: CallState | undefined, event: CallEvent): string | undefined {
  // What only a span told of was never asked for either.
  if (call === undefined || call.state === 'foreign') return 'A call started that was never asked for.';
  if (call.state === 'held') return 'A call started while it waited for a person.';
  if (call.state === 'denied' || call.state === 'abandoned') return 'A call started although it was not allowed.';
  if (call.state === 'started' || call.state === 'done') return 'A call started again: its one allow was used twice.';
  if ((event.claimed.digest ?? '') !== call.digest) {
    return 'What started is not the call that was judged: its digest differs.';
  }
  return undefined;
}

/** Events of this sender are missing for good: its intent may be among them. Whoever hides intents could as well say nothing. */
function mayBeLost(session: SessionState, event: CallEvent): boolean {
  return event.producer !== undefined && (session.producers.get(event.producer)?.skipped.length ?? 0) > 0;
}

function reportLost(turn: Turn, session: SessionState, event: CallEvent): void {
  turn.raise(session, 'elevated');
  const sentence = 'A call started whose intent is not on record; other events of its sender are missing too.';
  turn.decide(session, {
    cause: 'result',
    decision: 'alert',
    severity: 'high',
    title: `${session.agentId} ran a call that may have passed the gate unseen.`,
    callId: event.callId,
    invariants: [{ name: 'record-complete', sentence, tags: ['ASI10'] }],
    shown: shownOf(event),
    digest: event.claimed.digest,
    next: 'Find out whether the network, the harness or the agent lost the intent.',
  });
}

/** The sdk gave a call up before it ran. */
export function onAbandoned(turn: Turn, session: SessionState, event: CallEvent): void {
  const call = session.calls.get(event.callId);
  if (call === undefined || call.state === 'started' || call.state === 'done' || call.state === 'foreign') return;
  call.state = 'abandoned';
  closeHoldOf(turn, session, call, 'abandoned');
}

/** A call ran that was not allowed, or is not the one that was. */
export function reportPastGate(turn: Turn, session: SessionState, event: CallEvent, sentence: string): void {
  reportMisuse(turn, session, event, { name: 'approved-digest', sentence, tags: ['ASI02', 'ASI10'] });
}

/** Something ran past the gate. Whatever it was, the gate no longer holds for this session: it is killed. */
function reportMisuse(turn: Turn, session: SessionState, event: CallEvent, finding: TaggedFinding): void {
  const observed = turn.policy(session.tenantId).agent(session.agentId)?.mode === 'observe';
  const kills = !observed && session.kill === undefined && breakerAllows(turn, session.tenantId);
  const killId = kills ? turn.id('kill') : undefined;
  const title = `${session.agentId} ran a call past the gate. ${finding.sentence}`;
  turn.decide(session, {
    cause: 'result',
    decision: kills ? 'kill' : 'alert',
    mode: observed ? 'observe' : 'enforce',
    severity: 'critical',
    title,
    callId: event.callId,
    invariants: [finding],
    shown: shownOf(event),
    digest: event.claimed.digest,
    killId,
    next: 'Stop the process and find out how the call could run.',
  });
  if (killId !== undefined) killSession(turn, session, killId, 'haltwire', title);
}
