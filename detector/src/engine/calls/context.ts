import type { CallEvent } from '@haltwire/schemas';
import { type JudgeContext, judgeContext } from '../judge/context.ts';
import type { SessionState } from '../state/session.ts';
import type { Turn } from '../turn.ts';
import type { Counts } from './remember.ts';

const NO_COUNTS: Counts = { startsAgent: false };

/** Joins a call with its session, its agent and the tenant's registry, as they stand in this turn. */
export function contextOf(
  turn: Turn,
  session: SessionState,
  event: CallEvent,
  counts: Counts = NO_COUNTS,
): JudgeContext {
  const agent = turn.store.agent(event.tenantId, event.agentId);
  return judgeContext(event, session, agent, turn.policy(event.tenantId), turn.now, counts);
}
