import type { CallEvent, SessionEvent } from '@haltwire/schemas';
import { giveUpGap } from './completeness.ts';
import { expireHold } from './holds.ts';
import { alertUnacknowledged } from './kills.ts';
import type { SessionState } from './state/session.ts';
import type { Turn } from './turn.ts';

/** Log time of the session's next timer, or undefined when none is open. */
export function nextTimer(session: SessionState, gapMs: number): number | undefined {
  let next = session.killDueAt;
  const consider = (at: number): void => {
    if (next === undefined || at < next) next = at;
  };
  for (const hold of session.holds.values()) consider(hold.view.expiresAt);
  for (const producer of session.producers.values()) {
    if (producer.gapSince !== undefined) consider(producer.gapSince + gapMs);
  }
  return next;
}

/**
 * Fires what is due at the turn's time. Events that waited for a gap which is now given up are handed to `deliver`.
 */
export function fireTimers(
  turn: Turn,
  session: SessionState,
  gapMs: number,
  deliver: (events: readonly (CallEvent | SessionEvent)[]) => void,
): void {
  for (const [holdId, hold] of session.holds) if (hold.view.expiresAt <= turn.now) expireHold(turn, session, holdId);
  if (session.killDueAt !== undefined && session.killDueAt <= turn.now) alertUnacknowledged(turn, session);
  for (const [name, producer] of session.producers) {
    if (producer.gapSince === undefined || producer.gapSince + gapMs > turn.now) continue;
    deliver(giveUpGap(turn, session, name, producer));
  }
}
