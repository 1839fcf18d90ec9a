import { changes } from '../judge/acts.ts';
import type { Check } from '../judge/check.ts';
import { isProduction } from '../judge/environments.ts';
import { describeAct } from '../judge/words.ts';

/** An act done fewer times than this by the agent is not yet its habit. */
const FAMILIAR_FROM = 3;

/**
 * Something changes in what the call, or a resolver, names production, and nobody declared that this agent works there.
 *
 * Called for by migrations, restarts and edits that went to production because a variable, a link or a host led there. An act
 * that the agent did three times before is its work. Honest work: 0.0 per 10,000 calls.
 */
export const productionChange: Check = {
  name: 'production-change',
  tags: ['ASI02'],
  response: 'hold',
  proof: ({ effects, policy, taskId, acts }) => {
    if (!acts || policy.task(taskId)?.environment !== undefined) return undefined;
    const found = effects.find(
      (judged) =>
        changes(judged) &&
        judged.environment === undefined &&
        judged.timesBefore < FAMILIAR_FROM &&
        judged.claimedEnvironments.some(isProduction),
    );
    return found === undefined
      ? undefined
      : `Nobody declared work in production, and the agent is ${describeAct(found)} there.`;
  },
};
