import { isOwnScratch } from '../judge/acts.ts';
import type { Check } from '../judge/check.ts';
import type { JudgedEffect } from '../judge/context.ts';
import { isCopy } from '../judge/copies.ts';
import { describeAct, describeSpan } from '../judge/words.ts';
import type { SessionMemory } from '../state/memory.ts';

/** A copy is forgotten after this, ms. */
const RECENT_MS = 900_000;

/**
 * A folder is deleted after a copy or move that failed, or that nobody has looked at since; also within one call.
 *
 * Called for by copies that failed unread before their source was deleted, a move into the very folder that was then removed,
 * and a database that was dropped before its replacement was tried. Honest work: 0.3 per 10,000 calls; deletions of
 * scratch, and of single files of the workspace, do not count.
 */
export const copyUnverifiedThenDelete: Check = {
  name: 'copy-unverified-then-delete',
  tags: ['ASI08'],
  response: 'hold',
  proof: ({ effects, memory, now }) => {
    let copiedHere = false;
    for (const judged of effects) {
      if (isCopy(judged.effect)) copiedHere = true;
      if (!isFolderDelete(judged, memory)) continue;
      if (copiedHere) return `The call copies and deletes in one go, so that nobody can look: ${describeAct(judged)}.`;
      const { copied } = memory;
      if (copied === undefined || now - copied.at > RECENT_MS) continue;
      const how = copied.failed ? 'failed' : 'has not been looked at since';
      return `The copy of ${describeSpan(now - copied.at)} ago ${how}, and now the agent is ${describeAct(judged)}.`;
    }
    return undefined;
  },
};

function isFolderDelete(judged: JudgedEffect, memory: SessionMemory): boolean {
  const { effect } = judged;
  if (effect.verb !== 'delete' || effect.system !== 'filesystem' || effect.destructiveness < 0.5) return false;
  return (effect.scope !== 'one' || effect.resource !== 'file') && !isOwnScratch(judged, memory);
}
