import type { Effect, Verb } from '@haltwire/schemas';
import { isRecord, stringMember } from './text.ts';
import type { ClassifyTool } from './types.ts';
import { actOf, type NamedAct, singular, splitWords } from './words.ts';

/** What a tool's name, description, schema and arguments together say it does. */
export interface ToolAct extends NamedAct {
  /** Where the act was read: `name`, `description`, `argument action`, `arguments`. */
  readonly from: string;
  readonly destructiveness?: number | undefined;
  readonly reversibility?: Effect['reversibility'] | undefined;
}

/** How grave a verb is: what is read elsewhere may raise a name's act, never lower it. */
const gravity: Readonly<Record<Verb, number>> = {
  read: 0,
  list: 0,
  search: 0,
  authenticate: 1,
  create: 2,
  update: 2,
  execute: 2,
  unknown: 2,
  publish: 3,
  grant: 4,
  transfer: 4,
  delete: 5,
};

/** Phrases in front of a description's verb. */
const PREAMBLE =
  /^(?:grants? permission (?:for \S{1,40} )?to|allows? (?:you |users? |agents? )?to|use(?:d)? (?:this (?:tool |command |function )?)?to|this (?:tool|command|function|api|endpoint|operation)|is used to|will|can|lets? you|(?:a |the )?tool (?:to|for|that)|enables? (?:you )?to|permanently|safely|please) /i;

/** The act that a description's first words name: `Permanently deletes a volume.` */
export function describedAct(description: string): NamedAct | undefined {
  let text = description.slice(0, 300).trimStart();
  for (let turns = 0; turns < 4; turns++) text = text.replace(PREAMBLE, '');
  const [first = '', ...rest] = text.split(/[.\n]/, 1)[0]?.split(' ', 8) ?? [];
  const verb = /^[A-Za-z]+$/.test(first) ? singular(first.toLowerCase()) : '';
  const act = actOf(verb);
  if (act === undefined) return undefined;
  const thing = rest.find(
    (word) => word.length > 3 && !/^(?:an?|the|one|more|from|your|with|all|specified)$/i.test(word),
  );
  return { ...act, resource: thing === undefined ? 'unknown' : (actOf(`get_${thing}`)?.resource ?? 'unknown') };
}

const selectors = ['action', 'operation', 'op', 'command', 'method', 'mode', 'verb'] as const;
/** Names that leave the act to an argument. */
const LEAVES_OPEN = /^(?:manage|lifecycle|control|handle|perform|run|call|request|query)$/;

/** How grave an act is: the order in which one may take another's place. */
export function gravityOf(verb: Verb): number {
  return gravity[verb];
}

/** Reads a tool's act; undefined when nothing names one. */
export function actOfTool(tool: ClassifyTool, named: NamedAct | undefined, args: unknown): ToolAct | undefined {
  let act: ToolAct | undefined = named === undefined ? undefined : { ...named, from: 'name' };
  const selected = stringMember(args, selectors);
  const chosen = selected === undefined || selected.length > 40 ? undefined : actOf(selected);
  const open = act === undefined || LEAVES_OPEN.test(act.word);
  if (chosen !== undefined && (open || gravity[chosen.verb] > gravity[act?.verb ?? 'read'])) {
    const resource = chosen.resource === 'unknown' ? (act?.resource ?? 'unknown') : chosen.resource;
    act = { ...chosen, resource, from: 'argument' };
  }
  const said = tool.description === undefined ? undefined : describedAct(tool.description);
  if (said !== undefined && act === undefined) act = { ...said, from: 'description' };
  else if (said?.sure === true && act !== undefined && gravity[said.verb] > Math.max(3, gravity[act.verb])) {
    // `leave_organization`: "removes the account from its organization".
    act = { ...act, verb: said.verb, word: said.word, from: 'description' };
  }
  return sharpened(act, keysOf(tool, args));
}

/** Names of the arguments, given and possible, squeezed. */
function keysOf(tool: ClassifyTool, args: unknown): ReadonlySet<string> {
  const names = [...(isRecord(args) ? Object.keys(args) : []), ...(tool.parameters ?? [])];
  return new Set(names.slice(0, 64).map((name) => splitWords(name).map(singular).join('')));
}

const hasAny = (keys: ReadonlySet<string>, names: string) => names.split(' ').some((name) => keys.has(name));

const PAYEES =
  'recipient payee beneficiary iban account accountid destination to toaccount wallet address walletaddress';
const AMOUNTS = 'amount price total sum value lamport wei amountcent';
const READERS =
  'recipient to toemail emailto cc bcc channel channelid chatid phone phonenumber recipientid touser userid';
const TEXTS = 'body message text content subject';
const MAKES = 'title body content commentbody comment text value inputvalue payload data';
const PEOPLE = 'user userid email member memberid principal grantee collaborator username account useremail';
const POWERS = 'role permission accesslevel roleid policyarn accessrole';

/** Things whose making moves money, hands out power, or is seen by others. */
const MOVES = /(?:^|-)(?:payment|transaction|transfer|payout|charge|order|purchase|refund|withdrawal)$/;
const GRANTS =
  /(?:^|-)(?:permission|role-assignment|collaborator|invitation|invite|ssh-key|access-key|api-key|access-token|share-link|sharing|public-access|admin|access-list|grant)$/;
const SEEN = /(?:^|-)(?:comment|gist|tweet|post|discussion|issue|announcement|reply|blog|status-update)$/;
const LOCKS = /(?:^|-)(?:password|mfa|2fa|passcode|pin|recovery-email)$/;

/** The verb of making a thing, by what is made: a gist is published, a payment transfers, a role assignment grants. */
export function sharper(
  verb: Verb,
  resource: string,
): Pick<Effect, 'verb'> & Partial<Pick<Effect, 'destructiveness' | 'reversibility'>> {
  if (verb === 'update' && GRANTS.test(resource)) return { verb: 'grant' };
  if (verb !== 'create') return { verb };
  if (MOVES.test(resource)) return { verb: 'transfer' };
  if (GRANTS.test(resource)) return { verb: 'grant' };
  return SEEN.test(resource) ? { verb: 'publish', destructiveness: 0.3, reversibility: 'recoverable' } : { verb };
}

/** Makes an act of making or changing more exact by what is made and which arguments it takes. */
function sharpened(act: ToolAct | undefined, keys: ReadonlySet<string>): ToolAct | undefined {
  const open = act === undefined || act.verb === 'create' || act.verb === 'update' || act.verb === 'execute';
  if (!open) return act;
  const base: ToolAct = act ?? {
    verb: 'unknown',
    resource: 'unknown',
    word: 'arguments',
    sure: false,
    from: 'arguments',
  };
  const made = act !== undefined && act.verb !== 'execute';
  if (made && MOVES.test(base.resource)) return { ...base, verb: 'transfer' };
  if (made && GRANTS.test(base.resource)) return { ...base, verb: 'grant' };
  if (act?.verb === 'update' && LOCKS.test(base.resource)) return { ...base, destructiveness: 0.5 };
  if (act?.verb === 'create' && SEEN.test(base.resource)) return { ...base, ...sharper('create', base.resource) };
  if (hasAny(keys, PAYEES) && hasAny(keys, AMOUNTS) && act?.verb !== 'update')
    return { ...base, verb: 'transfer', resource: base.resource === 'unknown' ? 'money' : base.resource };
  if (hasAny(keys, PEOPLE) && hasAny(keys, POWERS)) return { ...base, verb: 'grant' };
  if (act === undefined && hasAny(keys, MAKES)) return { ...base, verb: 'create' };
  const message = hasAny(keys, READERS) && hasAny(keys, TEXTS) && act?.verb !== 'update';
  if (message) return { ...base, verb: 'transfer', resource: base.resource === 'unknown' ? 'message' : base.resource };
  return act;
}
