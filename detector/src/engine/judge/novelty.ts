import type { Signal } from '@haltwire/schemas';
import { actOf } from '../state/agent.ts';
import type { JudgeContext } from './context.ts';
import { describeDone } from './words.ts';

/** An act done fewer times than this by the agent is not yet its habit. */
const FAMILIAR_FROM = 3;

/** Whether the worst effect of the call is a habit of this agent. */
export function isFamiliar({ worst }: JudgeContext): boolean {
  return worst !== undefined && worst.timesBefore >= FAMILIAR_FROM;
}

/** What is new about the call, against the agent's own history. First counts; no probability is claimed yet. */
export function noveltySignals(context: JudgeContext): Signal[] {
  const { worst, agent, event } = context;
  if (worst === undefined || worst.isRead || isFamiliar(context)) return [];
  const mild = worst.grave ? (agent.acts.get(actOf(worst.effect)) ?? 0) - worst.timesBefore : 0;
  const before =
    worst.timesBefore === 0 ? 'never' : `only ${worst.timesBefore === 1 ? 'once' : `${worst.timesBefore} times`}`;
  return [
    {
      name: 'act-novelty',
      observed: worst.timesBefore + 1,
      expected: worst.timesBefore,
      sentence: `${event.agentId} has made ${agent.calls.toLocaleString('en-US')} calls and ${before} ${describeDone(worst)}${mild > 0 ? ' with this much at stake' : ''}.`,
    },
  ];
}
