import type { Verb } from '@haltwire/schemas';

type Rows = readonly (readonly [Verb, string])[];

/** Words that name an act whatever stands around them. */
const strong: Rows = [
  ['read', 'get read fetch show describe retrieve download inspect whoami count preview peek tail head cat detect'],
  ['list', 'list ls enumerate'],
  ['search', 'search find grep browse lookup discover'],
  ['create', 'create add insert upload provision register generate clone duplicate mkdir append instantiate allocate'],
  ['create', 'bootstrap ingest synthesize replicate enroll schedule commission crosspost'],
  [
    'update',
    'update edit modify patch rename move upsert overwrite replace resize scale configure restart rotate restore',
  ],
  [
    'update',
    'merge attach detach enable disable assign unassign revert rollback archive unarchive migrate set mutate alter reorder',
  ],
  [
    'update',
    'cancel close reopen stop suspend unsuspend pause unpause resume lock unlock approve reject mark unmark mute dismiss save write',
  ],
  [
    'update',
    'associate disassociate activate deactivate upgrade downgrade undelete unblock block untag unlabel unpin pin reboot failover',
  ],
  ['update', 'convert rebase reindex regenerate acknowledge renew refresh connect disconnect subscribe unsubscribe'],
  [
    'update',
    'undo cordon drain taint accept decline leave ungroup unmount mount reschedule reconfigure rebuild import redact quarantine unlink',
  ],
  ['delete', 'delete remove rm destroy drop purge wipe erase truncate terminate uninstall prune cleanup'],
  [
    'delete',
    'flush nuke trash discard deregister decommission teardown shred kill evict del deletes obliterate forget',
  ],
  [
    'delete',
    'unregister undeploy rmdir rdelete deprovision deallocate unpublish rmi rmrf zap expunge undefine unset deluser userdel revoke deauthorize unauthorize',
  ],
  ['execute', 'execute exec invoke eval perform'],
  ['grant', 'grant authorize permit impersonate promote invite elevate delegate reinvite'],
  [
    'transfer',
    'transfer notify redeem send resend pay withdraw refund wire payout forward deposit donate remit exfiltrate purchase repay',
  ],
  ['publish', 'publish announce broadcast deploy redeploy'],
  ['authenticate', 'assume login authenticate signin logout signout'],
];

/** Words that name an act only where no strong one stands: each is a noun as well, or says little. */
const weak: Rows = [
  ['read', 'view check status load validate verify diff compare analyze explain query lint estimate open wait monitor'],
  ['read', 'export infer classify recognize evaluate calculate predict forecast render translate recommend'],
  ['read', 'suggest summarize suggestions geocode lookup poll ask chat access contains resolve confirm assess audit'],
  ['read', 'trace measure stats statistics info details logs log history summary report metrics help version versions'],
  [
    'read',
    'schema definition definitions metadata reverse snap optimize extract parse decode whois ping receive watch decrypt rerank is',
  ],
  ['list', 'index'],
  ['search', 'filter scan match select'],
  ['create', 'new make copy fork post book order comment reply respond submit start init initialize put snapshot'],
  ['create', 'issue populate setup store train transform commit compose distribute encrypt sample'],
  ['create', 'backup prepare initiate signup place bundle install advertise draft reserve attend'],
  ['update', 'rotate dedupe compact invalidate break'],
  ['update', 'change apply sync synchronize toggle tag label transition review star push manage claim complete end'],
  ['update', 'continue override split finalize amend increase decrease signal record use unshare dissociate'],
  ['update', 'join link group deny skip switchover process play lifecycle control opt protect sort format register'],
  ['delete', 'clean clear empty expire reset'],
  [
    'execute',
    'run call trigger build command launch test rerun retry click navigate inject press type handle input fill',
  ],
  ['grant', 'share allow'],
  ['publish', 'release tweet'],
  ['transfer', 'email mail buy spend checkout charge swap bid tip'],
];

/** Words that cut a tie or a safeguard: what hangs on it fails, though nothing is deleted. */
export const cuts: ReadonlySet<string> = new Set(
  (
    'disassociate detach disable deactivate unlink unsubscribe revoke deauthorize unauthorize unassign leave ungroup ' +
    'suspend stop cancel unlabel restore rollback revert overwrite rebuild failover quarantine block archive untag ' +
    'undo cordon drain taint unlock unshare dissociate sync dedupe compact invalidate override break recreate'
  ).split(' '),
);

/** Those that take a tie away whole. */
const unties: ReadonlySet<string> = new Set(
  (
    'disassociate detach disable deactivate unlink unsubscribe revoke deauthorize unauthorize unassign leave ungroup ' +
    'unlock unshare dissociate quarantine override'
  ).split(' '),
);

/** Who, or whose way in: cut off from it, somebody is locked out. */
const PEOPLE =
  /(?:^|-)(?:member|membership|account|admin|administrator|delegate|organization|permission|identity-provider\S*)$/;

/** How much a word of `cuts` destroys: to lock somebody out is as grave as to delete the grant. */
export function cutting(word: string, resource: string): number {
  return unties.has(word) && PEOPLE.test(resource) ? 0.5 : 0.4;
}

function tableOf(rows: Rows): ReadonlyMap<string, Verb> {
  return new Map(rows.flatMap(([verb, list]) => list.split(' ').map((word) => [word, verb] as const)));
}

export const strongVerbs: ReadonlyMap<string, Verb> = tableOf(strong);
export const weakVerbs: ReadonlyMap<string, Verb> = tableOf(weak);

/** Say how, not what. */
export const adverbs: ReadonlySet<string> = new Set(
  (
    'bulk batch force mass multi safe soft hard permanently async try do please admin all my the a an api v1 v2 or and ' +
    'not global begin ensure auto quick simply then also only many one tool'
  ).split(' '),
);

/** Plain verbs that are things when another verb stands before them. */
export const nouns: ReadonlySet<string> = new Set(
  'list search preview archive lock upload download clone count head import block schedule refresh'.split(' '),
);

/** What follows says where, not what. */
export const prepositions: ReadonlySet<string> = new Set(
  'from to in on for by with at of into via using as'.split(' '),
);

/** Things that hold data: a reset of one empties it; a reset of anything else only sets it back. */
export const holders: ReadonlySet<string> = new Set(
  (
    'database db data graph environment state cluster branch repository repo storage cache queue index schema table ' +
    'project workspace instance server device disk volume store history log logs all everything migration migrations system'
  ).split(' '),
);

/** Short words for things. */
export const aliases: ReadonlyMap<string, string> = new Map(
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
export const singulars: ReadonlySet<string> = new Set(
  'dns aws kubernetes redis postgres https news s3 ecs eks rds sqs sns sas gas kms ids os tls'.split(' '),
);
