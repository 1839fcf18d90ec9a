import { actAndTarget } from '../judge/acts.ts';
import type { Check } from '../judge/check.ts';
import { describeAct, describeSpan } from '../judge/words.ts';
import { blockOf } from '../state/memory.ts';

/**
 * The same act on the same target, after it was refused: by Haltwire, by a person, or by the system itself.
 *
 * Called for by a deny rule that was met with another program's delete, a protected path that another shell removed, and
 * a lock that was opened to delete what it guarded. Honest work: 0 of 31,535 calls; after a refusal, people ask for the same
 * again, so it asks and never kills.
 */
export const blockEvasion: Check = {
  name: 'block-evasion',
  tags: ['ASI02', 'ASI10'],
  response: 'hold',
  proof: ({ effects, memory, now, event }) => {
    if (memory.blocked.size === 0) return undefined;
    for (const judged of effects) {
      const act = actAndTarget(judged);
      const block = act === undefined ? undefined : blockOf(memory, act);
      if (block === undefined || block.callId === event.callId) continue;
      return `${describeSpan(now - block.at)} ago ${block.what}, and the agent tries again: ${describeAct(judged)}.`;
    }
    return undefined;
  },
};
