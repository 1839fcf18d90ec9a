import type { SessionMode } from '@haltwire/schemas';
import { changes } from '../judge/acts.ts';
import type { Check } from '../judge/check.ts';
import { describeAct } from '../judge/words.ts';
import { freezeOf } from '../policy/freezes.ts';

const SAYS: Record<Exclude<SessionMode, 'normal'>, string> = {
  plan: 'The session is in plan mode',
  'read-only': 'The session is read-only',
  freeze: 'The session is frozen',
  stop: 'The user said stop',
};

/**
 * Nothing may change: inside a window that the policy declares, while the harness says plan, read-only or frozen, or after
 * the user's stop. A program that may only look is a question, everything else is refused.
 *
 * Called for by work that went on in plan mode, under a code freeze, and while the user was calling stop. Honest work: never
 * fired on 31,535 calls, as no corpus declares a window or a mode.
 */
export const freeze: Check = {
  name: 'freeze',
  tags: ['ASI02', 'ASI10'],
  proof: (context) => {
    const { mode, effects, policy } = context;
    if (mode === 'normal' && policy.freezes.length === 0) return undefined;
    for (const judged of effects) {
      if (!changes(judged)) continue;
      if (mode !== 'normal') return `${SAYS[mode]}: nothing may change, and the call is ${describeAct(judged)}.`;
      const window = freezeOf(context, judged);
      if (window === undefined) continue;
      const until = new Date(window.until).toISOString();
      return `Nothing may change until ${until} (freeze "${window.name}"), and the call is ${describeAct(judged)}.`;
    }
    return undefined;
  },
};
