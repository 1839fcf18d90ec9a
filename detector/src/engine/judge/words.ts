import type { JudgedCredential, JudgedEffect } from './context.ts';

const DOING: Record<string, string> = {
  read: 'reading',
  list: 'listing',
  search: 'searching',
  create: 'creating',
  update: 'changing',
  delete: 'deleting',
  execute: 'running',
  grant: 'granting',
  transfer: 'transferring',
  publish: 'publishing',
  authenticate: 'signing in to',
  unknown: 'doing something unclear to',
};
const DONE: Record<string, string> = {
  read: 'read',
  list: 'listed',
  search: 'searched',
  create: 'created',
  update: 'changed',
  delete: 'deleted',
  execute: 'run',
  grant: 'granted',
  transfer: 'transferred',
  publish: 'published',
};

/** `a volume`, `an environment`. */
export function withArticle(noun: string): string {
  return `${/^[aeiou]/i.test(noun) ? 'an' : 'a'} ${noun}`;
}

/** `deleting volume vol_9f in production`. */
export function describeAct(judged: JudgedEffect): string {
  const { effect } = judged;
  const what = effect.target.id ?? effect.target.path ?? effect.target.host;
  const noun = effect.resource === 'unknown' ? 'something' : effect.resource.replaceAll('-', ' ');
  const many = effect.scope === 'all' ? 'all of ' : effect.scope === 'many' ? 'many of ' : '';
  const where = judged.environment === undefined ? '' : ` in ${judged.environment}`;
  return `${DOING[effect.verb] ?? effect.verb} ${many}${noun}${what === undefined ? '' : ` ${what}`}${where}`;
}

/** `deleted a volume`. */
export function describeDone(judged: JudgedEffect): string {
  const noun =
    judged.effect.resource === 'unknown' ? 'thing of that kind' : judged.effect.resource.replaceAll('-', ' ');
  return `${DONE[judged.effect.verb] ?? judged.effect.verb} ${withArticle(noun)}`;
}

/** The registry's name of a credential, else its kind and the start of its fingerprint. */
export function describeCredential(credential: JudgedCredential): string {
  if (credential.name !== undefined) return `credential "${credential.name}"`;
  return `an unregistered ${credential.use.kind} (${credential.use.fingerprint.slice(0, 12)}…)`;
}

/** `moments`, `14 s`, `3 min`, `2 h`. */
export function describeSpan(ms: number): string {
  if (ms < 1000) return 'moments';
  if (ms < 90_000) return `${Math.round(ms / 1000)} s`;
  if (ms < 5_400_000) return `${Math.round(ms / 60_000)} min`;
  return `${Math.round(ms / 3_600_000)} h`;
}

/** `a, b and c`. */
export function listWords(words: readonly string[]): string {
  if (words.length <= 1) return words[0] ?? '';
  return `${words.slice(0, -1).join(', ')} and ${words[words.length - 1]}`;
}

/** Begins with a capital. */
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
