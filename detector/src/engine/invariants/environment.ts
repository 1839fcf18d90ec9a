import type { Check } from '../judge/check.ts';
import { credentialsOf } from '../judge/context.ts';
import { describeAct } from '../judge/words.ts';

/** The task's environment is declared, and the target or the credential belongs to another. */
export const environment: Check = {
  name: 'environment',
  tags: ['ASI02'],
  proof: (context) => {
    const named = context.policy.task(context.taskId)?.environment;
    if (named === undefined) return undefined;
    const declared = context.policy.environmentName(named);
    for (const judged of context.effects) {
      if (judged.isRead && judged.environment === undefined) continue;
      if (judged.environment !== undefined && judged.environment !== declared) {
        return `The task "${context.taskId}" is for ${declared}, but the call is ${describeAct(judged)}.`;
      }
      const claimed = judged.claimedEnvironments.find((name) => name !== declared);
      if (judged.environment === undefined && claimed !== undefined) {
        return `The task "${context.taskId}" is for ${declared}, but the call names ${claimed}.`;
      }
      for (const used of credentialsOf(context, judged.effect)) {
        const registered = context.policy.credential(used.use.fingerprint);
        const environments = registered?.credential.environments;
        if (
          environments !== undefined &&
          !environments.some((name) => context.policy.environmentName(name) === declared)
        ) {
          return `The task "${context.taskId}" is for ${declared}, but credential "${registered?.name}" belongs to ${environments.join(', ')}.`;
        }
      }
    }
    return undefined;
  },
};
