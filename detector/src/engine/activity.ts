import { type Activity, type CallEvent, sessionKeyOf } from '@haltwire/schemas';
import { shownOf } from './shown.ts';
import { visible } from './visible.ts';

/** A call event as a line of the live stream. */
export function activityOf(event: CallEvent, logTime: number, offset: number): Activity {
  return {
    sessionKey: sessionKeyOf(event),
    agentId: event.agentId,
    callId: event.callId,
    phase: event.phase,
    tool: visible(event.claimed.tool?.name ?? 'unknown'),
    shown: event.phase === 'intent' ? shownOf(event).slice(0, 300) : '',
    logTime,
    offset,
  };
}
