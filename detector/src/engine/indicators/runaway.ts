import type { Check } from '../judge/check.ts';
import type { JudgeContext } from '../judge/context.ts';

const SAME_IN_A_ROW = 50;
const SUB_AGENTS = 60;
const FAMILY = 120;

/** A number that reached a bound, or twice it, four times … : asked about each time, not at every call after. */
export function reaches(count: number, bound: number): boolean {
  const ratio = count / bound;
  return ratio >= 1 && Number.isInteger(ratio) && (ratio & (ratio - 1)) === 0;
}

/**
 * A session does far more of something than anybody asks for: the same call again and again, sub-agents without end, or more
 * calls than the policy's numbers.
 *
 * Called for by hundreds of equal retries, agents that started agents that started agents, and loops of commits. Looks that
 * repeat are reported by `repeating` only. Honest work: 0 of 31,535 calls with the default numbers.
 */
export const runaway: Check = {
  name: 'runaway',
  tags: ['ASI08', 'ASI10'],
  response: 'hold',
  proof: (context) => {
    const { memory, session, acts, event, policy, taskId } = context;
    const limits = policy.limits(event.agentId, taskId);
    const times = memory.repeat?.times ?? 0;
    if (acts && reaches(times, limits.sameCallInARow ?? SAME_IN_A_ROW))
      return `The very same call was made ${times} times in a row.`;
    if (context.startsAgent && reaches(memory.subAgents, limits.subAgents ?? SUB_AGENTS))
      return `The session has started ${memory.subAgents} agents.`;
    if (session.callCount === 1 && isCrowd(context))
      return `${familyOf(context)} agents work under ${event.rootAgentId} by now.`;
    if (limits.callsPerSession !== undefined && reaches(session.callCount, limits.callsPerSession))
      return `The session has made ${session.callCount} calls; ${limits.callsPerSession} were expected at most.`;
    const calls = memory.tempo?.calls ?? 0;
    return limits.callsPerMinute !== undefined && reaches(calls, limits.callsPerMinute)
      ? `The session has made ${calls} calls within a minute; ${limits.callsPerMinute} were expected at most.`
      : undefined;
  },
};

function familyOf({ family }: JudgeContext): number {
  return family ?? 0;
}

function isCrowd(context: JudgeContext): boolean {
  return reaches(familyOf(context), FAMILY);
}
