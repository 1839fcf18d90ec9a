import type { SessionEvent } from '@haltwire/schemas';
import { memoryOf } from './calls/remember.ts';
import { environmentName } from './judge/environments.ts';
import { MEMORY_CAPS } from './state/memory.ts';
import type { SessionState } from './state/session.ts';
import type { Turn } from './turn.ts';

/**
 * What a session event says of mode, task and place. Task and place count as said before the first call only: what comes later
 * may come from what the agent has read.
 */
export function rememberSession(turn: Turn, session: SessionState, event: SessionEvent): void {
  const { mode, taskText, environment } = event.claimed;
  const { phase } = event;
  if (phase === 'ended' && session.callCount > 0)
    memoryOf(session).done = { callId: '', at: turn.now, what: 'the end of the session' };
  if (mode !== undefined) memoryOf(session).mode = { name: mode, at: turn.now };
  if (session.callCount > 0 || phase === 'ended') return;
  if (taskText !== undefined) memoryOf(session).taskText ??= taskText.slice(0, MEMORY_CAPS.taskText);
  if (environment !== undefined) memoryOf(session).environment ??= environmentName(environment);
}
