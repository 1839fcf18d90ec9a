import type { Verb } from '@haltwire/schemas';

/** Words that name an act whatever stands around them. */
const strong: readonly (readonly [Verb, string])[] = [
  ['read', 'get read fetch show describe retrieve download inspect whoami count preview peek tail head cat'],
  ['list', 'list ls enumerate'],
  ['search', 'search find grep browse lookup'],
  ['create', 'create add insert upload provision register generate clone duplicate mkdir append instantiate'],
  [
    'update',
    'update edit modify patch rename move upsert overwrite replace resize scale configure restart rotate restore',
  ],
  [
    'update',
    'merge attach detach enable disable assign unassign revert rollback archive migrate set mutate alter reorder',
  ],
  ['update', 'cancel close reopen stop suspend pause lock unlock resolve approve reject mark mute dismiss save write'],
  ['delete', 'delete remove rm destroy drop purge wipe erase truncate terminate unlink uninstall prune cleanup clear'],
  [
    'delete',
    'flush nuke trash discard deregister decommission teardown shred kill evict reset del deletes obliterate unregister undeploy rmdir rdelete',
  ],
  ['execute', 'execute exec invoke eval'],
  ['grant', 'grant authorize permit impersonate promote invite revoke'],
  ['transfer', 'transfer send pay withdraw refund wire payout forward'],
  ['publish', 'publish announce broadcast deploy'],
  ['authenticate', 'login authenticate signin'],
];

/** Words that name an act only where no strong one stands: each is a noun as well. */
const weak: readonly (readonly [Verb, string])[] = [
  ['read', 'view check status load validate diff compare analyze explain query lint estimate open wait monitor export'],
  ['list', 'index'],
  ['search', 'filter scan match'],
  [
    'create',
    'new make import copy fork post schedule book order comment reply submit start init initialize put snapshot',
  ],
  ['update', 'change apply sync toggle tag subscribe unsubscribe transition review star order push connect'],
  ['delete', 'clean empty expire'],
  ['execute', 'run call trigger build command launch test rerun retry click navigate'],
  ['grant', 'share allow'],
  ['publish', 'release tweet'],
  ['transfer', 'email mail'],
];

const strongVerbs = tableOf(strong);
const weakVerbs = tableOf(weak);

/** Say how, not what. */
const adverbs = new Set(
  'bulk batch force mass multi safe soft hard permanently async try do please admin all my the a an api v1 v2 or and not'.split(
    ' ',
  ),
);
/** Plain verbs that are things when another verb stands before them. */
const nouns = new Set('list search preview archive lock upload download clone count head'.split(' '));
/** What follows says where, not what. */
const prepositions = new Set('from to in on for by with at of into via using as'.split(' '));

const aliases: ReadonlyMap<string, string> = new Map(
  (
    'db:database dbs:database repo:repository repos:repository dir:directory folder:directory env:environment ' +
    'vol:volume vols:volume pv:persistent-volume pvc:persistent-volume-claim ns:namespace org:organization ' +
    'msg:message doc:document pr:pull-request vm:instance ec2:instance svc:service deploy:deployment ' +
    'indices:index dns:dns-record records:record snapshots:snapshot domainrecord:domain-record mem:memory'
  )
    .split(' ')
    .map((pair) => pair.split(':') as [string, string]),
);

/** Words that end in s and are singular. */
const singulars = new Set(
  'dns aws kubernetes redis postgres https news s3 ecs eks rds sqs sns sas gas kms ids os tls'.split(' '),
);

/** The act that a plain verb names; done again (`redeploy`, `recreate`) it is the same act. */
function strongVerb(word: string): Verb | undefined {
  const plain = strongVerbs.get(word);
  if (plain !== undefined || weakVerbs.has(word) || !/^re[a-z]{4}/.test(word)) return plain;
  return strongVerbs.get(word.slice(2));
}

function tableOf(rows: readonly (readonly [Verb, string])[]): ReadonlyMap<string, Verb> {
  return new Map(rows.flatMap(([verb, list]) => list.split(' ').map((word) => [word, verb] as const)));
}

/**
 * Splits a name into lower-case words: snake, kebab, dotted, camel, with acronyms kept whole.
 *
 * @example
 * splitWords('deleteDNSRecord') // ['delete', 'dns', 'record']
 */
export function splitWords(name: string): string[] {
  const words = name.slice(0, 400).match(/[A-Z]+(?![a-z])\d*|[A-Z]?[a-z]+\d*|\d+/g) ?? [];
  return words.map((word) => word.toLowerCase());
}

/** The singular of an English noun, by its ending. */
export function singular(word: string): string {
  if (singulars.has(word) || word.length < 4 || /(?:ss|us|is)$/.test(word)) return word;
  if (word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  if (/(?:sses|ches|shes|xes)$/.test(word)) return word.slice(0, -2);
  return word.endsWith('s') ? word.slice(0, -1) : word;
}

/** The kind of thing that words name: kebab case, singular. */
export function resourceOf(words: readonly string[]): string {
  const kept = words.filter((word) => !/^\d+$/.test(word));
  const last = kept.at(-1);
  if (last === undefined) return 'unknown';
  const whole = [...kept.slice(0, -1), singular(last)].join('-');
  return (aliases.get(last) !== undefined && kept.length === 1 ? aliases.get(last) : aliases.get(whole)) ?? whole;
}

/** What a name says is done, to what. */
export interface NamedAct {
  readonly verb: Verb;
  /** Kind of thing; `unknown` when the name is a verb only. */
  readonly resource: string;
  /** The word that says so. */
  readonly word: string;
  /** The verb is one that is no noun too. */
  readonly sure: boolean;
}

/**
 * Reads a name as verb and thing: `volumeDelete`, `delete_volume`, `customDomainCreate`, `volumes:destroy`.
 *
 * The first word wins if it is a verb, then the last, then any: nouns that are verbs too come after the plain verbs.
 *
 * @example
 * actOf('customDomainCreate') // { verb: 'create', resource: 'custom-domain', word: 'create', sure: true }
 */
export function actOf(name: string, ignored: ReadonlySet<string> = new Set()): NamedAct | undefined {
  const words = splitWords(name).filter((word) => !ignored.has(word));
  const first = words.findIndex((word) => !adverbs.has(word));
  const at = verbAt(words, first);
  const word = words[at];
  if (word === undefined) return undefined;
  const verb = strongVerb(word) ?? weakVerbs.get(word);
  if (verb === undefined) return undefined;
  const sure = strongVerb(word) !== undefined;
  // `search_and_delete`: the worse of two acts that one name joins.
  const joined = /[_-](?:and|or)[_-]/.test(name) ? words.find((other) => strongVerb(other) === 'delete') : undefined;
  return { verb: joined === undefined ? verb : 'delete', resource: thingOf(words, at), word: joined ?? word, sure };
}

function verbAt(words: readonly string[], first: number): number {
  const isStrong = (word: string | undefined) => word !== undefined && strongVerb(word) !== undefined;
  const isWeak = (word: string | undefined) => word !== undefined && weakVerbs.has(word);
  const last = words.length - 1;
  if (isStrong(words[first])) return first;
  if (isStrong(words[last])) return last;
  // `run_query`, `check_status`: a weak verb in front of its object.
  if (isWeak(words[first]) && last > first && !words.slice(first + 1).some(isStrong)) return first;
  const anyStrong = words.findIndex(isStrong);
  if (anyStrong !== -1) return anyStrong;
  if (isWeak(words[last])) return last;
  return words.findIndex(isWeak);
}

function thingOf(words: readonly string[], at: number): string {
  const after = words.slice(at + 1);
  const stop = after.findIndex((word) => prepositions.has(word));
  const object = (stop === -1 ? after : after.slice(0, stop)).filter((word) => !adverbs.has(word));
  const things = object.filter((word) => strongVerb(word) === undefined || nouns.has(word));
  if (things.length > 0) return resourceOf(things);
  return resourceOf(words.slice(0, at).filter((word) => !adverbs.has(word) && strongVerb(word) === undefined));
}
