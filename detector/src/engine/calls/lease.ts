import type { TaggedFinding } from '../judge/check.ts';
import type { JudgeContext } from '../judge/context.ts';

/**
 * The sdk ran the call on its own word that it only reads. The collector's classifier must agree, or a person must have
 * pinned the tool; anything else is a misuse of the fast path.
 */
export function checkLease(context: JudgeContext): TaggedFinding[] {
  const { event, policy } = context;
  if (event.claimed.readOnly !== true || event.derived.readOnly) return [];
  const pinned = policy.readOnlyTools.includes(event.claimed.tool?.name ?? '');
  if (pinned && context.effects.every((judged) => judged.effect.destructiveness === 0)) return [];
  return [
    {
      name: 'lease-use',
      sentence: 'The call ran on the fast path for reads, but it is not plainly read-only.',
      tags: ['ASI02'],
    },
  ];
}
