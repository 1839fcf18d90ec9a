import type { Effect, Reversibility, Scope, Verb } from '@haltwire/schemas';

/** What the registry and the call add to an effect's own weight. */
export interface ImpactFacts {
  readonly environment: string | undefined;
  readonly cwd: string | undefined;
  readonly backups: 'self' | 'elsewhere' | 'none' | undefined;
  /** The registry names the target: one of it is all of what an operator spoke of. */
  readonly declared: boolean;
}

const SCOPE: Record<Scope, number> = { one: 0.8, many: 1, all: 1, unknown: 0.9 };
const REVERSIBILITY: Record<Reversibility, number> = {
  reversible: 0.4,
  recoverable: 0.7,
  irreversible: 1,
  unknown: 0.9,
};

/** Harm that is not destruction: acts that leave the house, hand out power, or run what cannot be read. */
const VERB_WEIGHT: Partial<Record<Verb, number>> = { transfer: 0.6, grant: 0.6, publish: 0.5, unknown: 0.3 };

const SANDBOXES = new Set(['local', 'test', 'dev', 'development', 'sandbox', 'ci']);

/** How much an environment's name weighs; unknown ones weigh nearly as much as production. */
export function environmentWeight(name: string | undefined): number {
  if (name === undefined) return 0.9;
  return SANDBOXES.has(name.toLowerCase()) ? 0.5 : name.toLowerCase().startsWith('prod') ? 1 : 0.75;
}

/** The machine's own folders and whole homes: nobody's workspace, whatever working directory the sender names. */
const NO_WORKSPACE =
  /^(?:\/(?:etc|usr|bin|sbin|lib\w*|boot|dev|proc|sys|run|srv|mnt|media|System|Library|Applications)(?:\/.*)?|\/var(?!\/(?:folders|tmp)\/)(?:\/.*)?|\/(?:home|Users)(?:\/[^/]*)?|\/root|\/)\/?$/;

/** A file strictly below the working directory: the agent's own workspace, unless it is the repository's history. */
function insideWorkspace(effect: Effect, cwd: string | undefined): boolean {
  const path = effect.target.path;
  if (effect.system !== 'filesystem' || path === undefined || cwd === undefined || NO_WORKSPACE.test(cwd)) return false;
  const base = cwd.endsWith('/') ? cwd : `${cwd}/`;
  return path.startsWith(base) && path.length > base.length && !path.split('/').includes('.git');
}

/**
 * Impact of one effect, 0 to 1: destructiveness x scope x irreversibility x environment, or the weight of its verb.
 *
 * A product of factors, so that one mild factor (a scratch file, a sandbox) keeps the whole mild. Deletion of something
 * whose only backups are on it, or of backups themselves, counts as irreversible whatever the call says.
 */
export function impactOf(effect: Effect, facts: ImpactFacts): number {
  const reversibility = effect.touchesBackups || facts.backups === 'self' ? 'irreversible' : effect.reversibility;
  // The working directory is the sender's word: it makes nothing mild that an operator has declared.
  const isScratch = !facts.declared && insideWorkspace(effect, facts.cwd);
  const where = isScratch ? 0.5 : environmentWeight(facts.environment);
  const destroyed =
    effect.destructiveness * (facts.declared ? 1 : SCOPE[effect.scope]) * REVERSIBILITY[reversibility] * where;
  const moved = (VERB_WEIGHT[effect.verb] ?? 0) * SCOPE[effect.scope] * environmentWeight(facts.environment);
  return Math.min(1, Math.round(Math.max(destroyed, moved) * 1000) / 1000);
}
