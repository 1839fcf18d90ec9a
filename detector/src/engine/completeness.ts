import type { CallEvent, SessionEvent } from '@haltwire/schemas';
import { type AdmissionFault, skipGap } from './intake.ts';
import type { ProducerState, SessionState } from './state/session.ts';
import type { Turn } from './turn.ts';

/** Gives up on a sender's missing events, says so, and answers what had waited for them. */
export function giveUpGap(
  turn: Turn,
  session: SessionState,
  name: string,
  producer: ProducerState,
): (CallEvent | SessionEvent)[] {
  const { missing, ready } = skipGap(producer);
  report(turn, session, 'timer', {
    title: `${missing} event${missing === 1 ? ' is' : 's are'} missing from ${session.agentId}'s record.`,
    sentence: `Producer ${name} numbered ${missing} event${missing === 1 ? '' : 's'} that never arrived.`,
    next: 'Find out whether the network, the harness or the agent lost them.',
  });
  return ready;
}

/** Says that a sender's numbering cannot be trusted. */
export function reportFault(
  turn: Turn,
  session: SessionState,
  fault: AdmissionFault,
  event: CallEvent | SessionEvent,
): void {
  const title = `The order of ${session.agentId}'s record cannot be trusted.`;
  report(turn, session, 'session', {
    title,
    sentence:
      fault === 'place-taken'
        ? `Producer ${event.producer} sent two different events as number ${event.seq}.`
        : `More senders number events of this session than can be followed: gaps of further ones are not seen.`,
    next: 'Find out who else holds the key of this agent.',
  });
}

function report(
  turn: Turn,
  session: SessionState,
  cause: 'timer' | 'session',
  words: { title: string; sentence: string; next: string },
): void {
  turn.raise(session, 'elevated');
  turn.decide(session, {
    cause,
    decision: 'alert',
    severity: 'medium',
    title: words.title,
    invariants: [{ name: 'record-complete', sentence: words.sentence, tags: ['ASI10'] }],
    next: words.next,
  });
}
