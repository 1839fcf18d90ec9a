import { defaultPolicy, type Effect, type KindWeights, type Reversibility, type Scope } from '@haltwire/schemas';
import { environmentName, environmentWeight } from './environments.ts';
import { kindOf, shareOf } from './kinds.ts';

export { environmentWeight } from './environments.ts';

/** What the registry and the call add to an effect's own weight. */
export interface ImpactFacts {
  readonly environment: string | undefined;
  readonly cwd: string | undefined;
  readonly backups: 'self' | 'elsewhere' | 'none' | undefined;
  /** The registry names the target: one of it is all of what an operator spoke of. */
  readonly declared: boolean;
  /** How much each kind of act weighs; default the default policy's. */
  readonly kinds?: KindWeights | undefined;
  /** The call changes something on another machine that it signs in to. Default false. */
  readonly remoteChange?: boolean | undefined;
}

const SCOPE: Record<Scope, number> = { one: 0.8, many: 1, all: 1, unknown: 0.9 };
const REVERSIBILITY: Record<Reversibility, number> = {
  reversible: 0.4,
  recoverable: 0.7,
  irreversible: 1,
  unknown: 0.9,
};

/** Harm of what cannot be read. */
const UNKNOWN_WEIGHT = 0.3;

/** The machine's own folders and whole homes: nobody's workspace, whatever working directory the sender names. */
const NO_WORKSPACE =
  /^(?:\/(?:etc|usr|bin|sbin|lib\w*|boot|dev|proc|sys|run|srv|mnt|media|System|Library|Applications)(?:\/.*)?|\/var(?!\/(?:folders|tmp)\/)(?:\/.*)?|\/(?:home|Users)(?:\/[^/]*)?|\/root|\/)\/?$/;

/** Whether a working directory may be an agent's own place: the sender names it, so it cannot be just anything. */
export function mayBeWorkspace(cwd: string): boolean {
  return !NO_WORKSPACE.test(cwd);
}

/** A file strictly below the working directory: the agent's own workspace, unless it is the repository's history. */
function insideWorkspace(effect: Effect, cwd: string | undefined): boolean {
  const path = effect.target.path;
  if (effect.system !== 'filesystem' || path === undefined || cwd === undefined || !mayBeWorkspace(cwd)) return false;
  const base = cwd.endsWith('/') ? cwd : `${cwd}/`;
  return path.startsWith(base) && path.length > base.length && !path.split('/').includes('.git');
}

/** Disks that are plugged in or mounted: what lies there is kept, not worked on. */
const OTHER_DISK = /^\/(?:mnt|media|Volumes)\/./;

/** Small things of which a system has many: losing one is a nuisance. */
const SMALL = /(?:^|-)(?:row|record|file|message|email|event|comment|todo|item|note|label|uncommitted-change|cookie)$/;

const REMOTE =
  /^(?:http|graphql|kubernetes|helm|aws|gcp|azure|railway|vercel|netlify|heroku|fly|digitalocean|supabase|cloudflare|github|gitlab)$/;

/** One thing that somebody else's system keeps is the whole of it: no shell brings it back. */
function scopeOf(effect: Effect, declared: boolean): number {
  if (declared) return 1;
  const remote = effect.target.host !== undefined || REMOTE.test(effect.system) || effect.evidence.startsWith('tool ');
  if (effect.scope === 'one' && remote && effect.verb === 'delete' && !SMALL.test(effect.resource)) return 0.95;
  return SCOPE[effect.scope];
}

/**
 * Impact of one effect, 0 to 1: destructiveness x scope x irreversibility x environment, or the weight of its kind.
 *
 * A product of factors, so that one mild factor (a scratch file, a sandbox) keeps the whole mild. Deletion of something
 * whose only backups are on it, or of backups themselves, counts as irreversible whatever the call says.
 */
export function impactOf(effect: Effect, facts: ImpactFacts): number {
  const reversibility = effect.touchesBackups || facts.backups === 'self' ? 'irreversible' : effect.reversibility;
  const { environment, declared, cwd, kinds = defaultPolicy.responses.kinds } = facts;
  // The working directory is the sender's word: it makes nothing mild that an operator has declared.
  const isScratch = !declared && insideWorkspace(effect, cwd);
  const isKept = environment === undefined && OTHER_DISK.test(effect.target.path ?? '');
  const where = isScratch ? 0.5 : isKept ? 1 : placeWeight(effect, environment);
  const destroyed =
    kinds.destroy * effect.destructiveness * scopeOf(effect, declared) * REVERSIBILITY[reversibility] * where;
  const moved = movedBy(effect, kinds, facts.remoteChange ?? false) * environmentWeight(environment);
  return Math.min(1, Math.round(Math.max(destroyed, moved) * 1000) / 1000);
}

/** `local` says which machine, not that what lies on it may be lost: people's files are no sandbox. */
function placeWeight(effect: Effect, environment: string | undefined): number {
  const isLocalFile =
    effect.system === 'filesystem' && environment !== undefined && environmentName(environment) === 'local';
  return environmentWeight(isLocalFile ? undefined : environment);
}

function movedBy(effect: Effect, kinds: KindWeights, remoteChange: boolean): number {
  const kind = kindOf(effect, remoteChange);
  if (kind === undefined) return effect.verb === 'unknown' ? UNKNOWN_WEIGHT * SCOPE[effect.scope] : 0;
  if (kind === 'destroy') return 0;
  const whole = kind === 'apply' ? 1 : SCOPE[effect.scope];
  return kinds[kind] * shareOf(kind, effect) * whole;
}
