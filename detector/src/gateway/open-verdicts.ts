import type { Verdict } from '@haltwire/schemas';
import { ALLOW_DEADLINE_MS } from '../engine/holds.ts';
import type { CallState, SessionState } from '../engine/state/session.ts';

/** A refusal older than this cannot be awaited any more: the sdk has given the call up. */
const REFUSAL_REPEAT_MS = 60_000;

/** The verdicts that a session's process may still wait for, to be sent again after it (re)connects. */
export function openVerdicts(session: SessionState, epoch: number, now: number): Verdict[] {
  // A kill beats an allow.
  if (session.kill !== undefined) return [];
  return [...session.calls.values()].flatMap((call) => {
    const decision = awaited(call, now);
    if (decision === undefined) return [];
    const hold = call.holdId === undefined ? undefined : session.holds.get(call.holdId);
    const deadlineMs = decision === 'hold' ? Math.max(0, (hold?.view.expiresAt ?? now) - now) : ALLOW_DEADLINE_MS;
    const verdict: Verdict = {
      type: 'verdict',
      sessionId: session.sessionId,
      callId: call.callId,
      digest: call.digest,
      decision,
      decisionId: call.decisionId,
      epoch,
      postureEpoch: session.postureEpoch,
      deadlineMs,
      holdId: call.holdId,
      reason: call.reason,
    };
    return [verdict];
  });
}

function awaited(call: CallState, now: number): Verdict['decision'] | undefined {
  if (call.state === 'allowed') return 'allow';
  if (call.state === 'held') return 'hold';
  return call.state === 'denied' && now - call.at < REFUSAL_REPEAT_MS ? 'deny' : undefined;
}
