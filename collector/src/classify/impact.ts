import type { Effect, Reversibility, Scope, Target, Verb } from '@haltwire/schemas';

/** An effect as a family sees it. What it leaves out is rated by the tables below. */
export interface EffectDraft {
  readonly verb: Verb;
  readonly resource: string;
  readonly system: string;
  readonly target?: Target | undefined;
  readonly scope?: Scope | undefined;
  readonly reversibility?: Reversibility | undefined;
  readonly destructiveness?: number | undefined;
  readonly touchesBackups?: boolean | undefined;
  readonly credentialRef?: string | undefined;
  readonly evidence: string;
  /** Default 0.9: named by a known command or field, yet not proven. Reads need 1 to count as read-only. */
  readonly confidence?: number | undefined;
}

/** How bad an effect is by itself. */
export interface Rating {
  readonly destructiveness: number;
  readonly scope: Scope;
  readonly reversibility: Reversibility;
  readonly touchesBackups: boolean;
}

interface Row {
  readonly destructiveness: number;
  readonly reversibility: Reversibility;
  readonly why: string;
}

/** What a verb does to anything that no row below names. */
const byVerb: Readonly<Record<Verb, Row>> = {
  read: { destructiveness: 0, reversibility: 'reversible', why: 'changes nothing' },
  list: { destructiveness: 0, reversibility: 'reversible', why: 'changes nothing' },
  search: { destructiveness: 0, reversibility: 'reversible', why: 'changes nothing' },
  create: { destructiveness: 0.1, reversibility: 'reversible', why: 'adds; what it made can be removed' },
  update: { destructiveness: 0.3, reversibility: 'recoverable', why: 'the old value is gone unless somebody kept it' },
  delete: { destructiveness: 0.6, reversibility: 'irreversible', why: 'the thing is gone unless somebody kept it' },
  execute: { destructiveness: 0.3, reversibility: 'unknown', why: 'runs what the call does not show' },
  grant: { destructiveness: 0.4, reversibility: 'recoverable', why: 'can be revoked, but not what was done with it' },
  transfer: { destructiveness: 0.4, reversibility: 'irreversible', why: 'what has left does not come back' },
  publish: { destructiveness: 0.4, reversibility: 'irreversible', why: 'what was seen stays seen' },
  authenticate: { destructiveness: 0.1, reversibility: 'reversible', why: 'gains a session' },
  unknown: { destructiveness: 0.5, reversibility: 'unknown', why: 'could be anything' },
};

const whole: Row = { destructiveness: 1, reversibility: 'irreversible', why: 'holds data, or all that runs on it' };
const small: Row = { destructiveness: 0.3, reversibility: 'recoverable', why: 'is made again from what remains' };
const config: Row = {
  destructiveness: 0.5,
  reversibility: 'recoverable',
  why: 'can be entered again, after an outage',
};

/** Deletions by kind of thing. */
const deletions: ReadonlyMap<string, Row> = new Map<string, Row>([
  ...names(
    'volume database schema project environment cluster bucket disk filesystem instance server account organization ' +
      'repository namespace stack keyspace collection tenant workspace vault droplet device partition deployment-project ' +
      'storage-account resource-group subscription persistent-volume persistent-volume-claim directory-tree pool ' +
      'infrastructure site hosted-zone zone queue topic data dataset drive',
    whole,
  ),
  ...names('backup snapshot recovery-point wal archive restore-point', {
    destructiveness: 1,
    reversibility: 'irreversible',
    why: 'is what a loss would be repaired from',
  }),
  ...names('table index-data history document', {
    destructiveness: 0.9,
    reversibility: 'irreversible',
    why: 'holds rows',
  }),
  ...names('key secret encryption-key user', {
    destructiveness: 0.8,
    reversibility: 'irreversible',
    why: 'what depends on it is locked out',
  }),
  ...names('service app application function deployment release package role policy', {
    destructiveness: 0.7,
    reversibility: 'recoverable',
    why: 'can be deployed again, after an outage',
  }),
  ...names('row record file commit', {
    destructiveness: 0.6,
    reversibility: 'irreversible',
    why: 'one thing, not kept elsewhere',
  }),
  ...names('access grant permission association token lease ingress egress share', config),
  ...names('directory', { destructiveness: 0.7, reversibility: 'irreversible', why: 'many files at once' }),
  ...names('domain domain-record custom-domain dns-record record-set variable webhook rule certificate', config),
  ...names('branch tag container', {
    destructiveness: 0.5,
    reversibility: 'recoverable',
    why: 'its content often remains',
  }),
  ...names(
    'image cache pod job label comment reaction session notification index view log process lock worktree',
    small,
  ),
]);

/** Things whose loss is the loss of the way back. */
const BACKUP = /(?:^|[^a-z])(?:backups?|snapshots?|recovery-points?|restore-points?|wal|pitr|dump)(?:[^a-z]|$)/i;
/** Effects that can take backups away. */
const harmful: ReadonlySet<Verb> = new Set(['delete', 'update', 'execute', 'unknown']);

function names(list: string, row: Row): [string, Row][] {
  return list.split(' ').map((name) => [name, row]);
}

/**
 * Fills in what a draft leaves open: how much it destroys, of how many, and whether there is a way back.
 *
 * @example
 * rate({ verb: 'delete', resource: 'volume', system: 'railway', evidence: 'volumeDelete' })
 * // { destructiveness: 1, scope: 'one', reversibility: 'irreversible', touchesBackups: false }
 */
export function rate(draft: EffectDraft): Rating {
  const row = (draft.verb === 'delete' ? deletions.get(draft.resource) : undefined) ?? byVerb[draft.verb];
  return {
    destructiveness: draft.destructiveness ?? row.destructiveness,
    scope: draft.scope ?? (draft.verb === 'unknown' || draft.verb === 'execute' ? 'unknown' : 'one'),
    reversibility: draft.reversibility ?? row.reversibility,
    touchesBackups: draft.touchesBackups ?? (harmful.has(draft.verb) && namesBackup(draft)),
  };
}

function namesBackup(draft: EffectDraft): boolean {
  if (BACKUP.test(draft.resource)) return true;
  const { id = '', path = '' } = draft.target ?? {};
  return draft.verb === 'delete' && (BACKUP.test(id) || BACKUP.test(path.slice(-200)));
}

const scopeWeight: Readonly<Record<Scope, number>> = { one: 0.7, unknown: 0.85, many: 0.9, all: 1 };
const reversibilityWeight: Readonly<Record<Reversibility, number>> = {
  reversible: 0.3,
  recoverable: 0.6,
  unknown: 0.8,
  irreversible: 1,
};

/** One number to order effects by: destructiveness x scope x irreversibility, 0 to 1. */
export function impactOf(effect: Pick<Effect, 'destructiveness' | 'scope' | 'reversibility'>): number {
  return effect.destructiveness * scopeWeight[effect.scope] * reversibilityWeight[effect.reversibility];
}

/** Index of the effect with the highest impact; the first of equals; -1 when there is none. */
export function worstOf(effects: readonly Effect[]): number {
  let worst = -1;
  let most = -1;
  for (const [index, effect] of effects.entries()) {
    const impact = impactOf(effect);
    if (impact > most) {
      worst = index;
      most = impact;
    }
  }
  return worst;
}
