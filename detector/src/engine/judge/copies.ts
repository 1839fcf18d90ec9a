import type { Effect } from '@haltwire/schemas';

const COPIES =
  /(?:^|[\s>])(?:cp|mv|rsync|robocopy|xcopy|copy|move|ditto|copy-item|move-item|copytree|shutil\.(?:copy\w*|move))(?:\s|$|\()/i;

/** Whether an effect is that of a program which copies or moves files, by the parse's own evidence. */
export function isCopy({ verb, evidence, system }: Effect): boolean {
  if (verb !== 'create' && verb !== 'update' && verb !== 'execute' && verb !== 'transfer') return false;
  return (system === 'filesystem' || system === 'shell' || system === 'ssh') && COPIES.test(evidence);
}
