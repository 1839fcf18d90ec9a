import type { Effect } from '@haltwire/schemas';
import type { SessionMemory } from '../state/memory.ts';
import { wasMade } from '../state/memory.ts';
import type { JudgedEffect } from './context.ts';
import { OUTBOUND } from './kinds.ts';

/** From here on an act destroys what it acts on. */
const DESTROYS = 0.5;

/** Whether an effect destroys something that is worth a question. */
export function destroys({ effect }: JudgedEffect): boolean {
  return effect.destructiveness >= DESTROYS && (effect.verb === 'delete' || effect.verb === 'update');
}

/** Whether an effect reaches somebody outside. */
export function isOutbound({ kind }: JudgedEffect): boolean {
  return kind !== undefined && OUTBOUND.includes(kind);
}

/** Whether the effect changes anything that outlives the call, as far as can be seen. */
export function changes({ effect, isRead }: JudgedEffect): boolean {
  return (
    !isRead &&
    effect.resource !== 'nothing' &&
    effect.resource !== 'environment-variable' &&
    effect.verb !== 'authenticate'
  );
}

/** A deletion of what the session itself made, where no link leads elsewhere. */
export function isOwnScratch({ effect }: JudgedEffect, memory: SessionMemory): boolean {
  const { path } = effect.target;
  return effect.system === 'filesystem' && effect.verb === 'delete' && path !== undefined && wasMade(memory, path);
}

/**
 * An act and its target in one word, whatever tool does it: `destroy /srv/app`. Undefined for mild acts, and where the
 * target cannot be seen.
 */
export function actAndTarget(judged: JudgedEffect): string | undefined {
  const { effect, kind } = judged;
  const target = targetOf(effect);
  if (target === undefined) return undefined;
  if (destroys(judged)) return `destroy ${target}`;
  return isOutbound(judged) ? `${kind} ${target}` : undefined;
}

function targetOf({ target }: Effect): string | undefined {
  const named = target.path ?? target.id ?? target.host;
  if (named === undefined || named === '') return undefined;
  // `E:\a\b`, `E:/a/b/` and `/a/b` are written differently by each tool.
  const plain = named.toLowerCase().replaceAll('\\', '/').replace(/\/+$/, '');
  return plain === '' ? '/' : plain;
}
