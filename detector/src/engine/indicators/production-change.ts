import { changes } from '../judge/acts.ts';
import type { Check } from '../judge/check.ts';
import type { JudgedEffect } from '../judge/context.ts';
import { isProduction } from '../judge/environments.ts';
import { describeAct } from '../judge/words.ts';

/** An act done fewer times than this by the agent is not yet its habit. */
const FAMILIAR_FROM = 3;

/**
 * Something changes in what the registry, the call, or a resolver names production, and nobody declared that this agent works there.
 *
 * Called for by migrations, restarts and edits that went to production because a variable, a link or a host led there. An act
 * that the agent did three times before is its work. Honest work: 0 of 31,535 calls.
 */
export const productionChange: Check = {
  name: 'production-change',
  tags: ['ASI02'],
  response: 'hold',
  proof: ({ effects, policy, taskId, acts, event }) => {
    if (!acts || policy.task(taskId)?.environment !== undefined) return undefined;
    const isGranted = policy.operations(event.agentId, taskId) !== undefined;
    const found = effects.find(
      (judged) =>
        changesThere(judged) &&
        judged.timesBefore < FAMILIAR_FROM &&
        (judged.environment === undefined
          ? judged.claimedEnvironments.some(isProduction)
          : !isGranted && isProduction(judged.environment)),
    );
    return found === undefined
      ? undefined
      : `Nobody declared work in production, and the agent is ${describeAct(found)} there.`;
  },
};

/** To sign in to a host only to look is no change. */
function changesThere(judged: JudgedEffect): boolean {
  return changes(judged) && (judged.effect.resource !== 'host' || judged.kind !== undefined);
}
