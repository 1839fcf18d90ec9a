import type { CredentialUse } from '../credential.ts';
import { secretOf } from './find-named.ts';
import { placeholderOf } from './fingerprint.ts';
import { kindOfName } from './names.ts';
import { credentialOf, redactText } from './redact-text.ts';
import { type KnownSecrets, know, maskRepeats } from './repeats.ts';
import type { Redacted } from './types.ts';

/** What lies deeper is replaced by this. */
export const TOO_DEEP = '[haltwire: nested too deeply]';
/** What comes after the size cap is replaced by this. */
export const TOO_LARGE = '[haltwire: too many members]';
/** What cannot be read (a getter that throws) is replaced by this. */
export const UNREADABLE = '[haltwire: unreadable]';

const MAX_DEPTH = 64;
const MAX_NODES = 100_000;

interface Walk {
  readonly fingerprintKey: string;
  readonly secrets: Map<string, CredentialUse>;
  readonly known: KnownSecrets;
  nodes: number;
}

/** Redacts every string of a value, keys too, and turns it into plain JSON data. */
export function redactValue(
  value: unknown,
  fingerprintKey: string,
  known: KnownSecrets = new Map(),
): Redacted<unknown> {
  const walk: Walk = { fingerprintKey, secrets: new Map(), known, nodes: 0 };
  const visited = visit(walk, value, 0, undefined);
  const redacted = walk.known.size === 0 ? visited : withoutRepeats(visited, walk.known);
  return { value: redacted, secrets: [...walk.secrets.values()] };
}

/** A secret that one member gave away may stand in another, before or after it. The depth is bounded by now. */
function withoutRepeats(value: unknown, known: KnownSecrets): unknown {
  if (typeof value === 'string') return maskRepeats(value, known);
  if (Array.isArray(value)) return value.map((member) => withoutRepeats(member, known));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [maskRepeats(key, known), withoutRepeats(member, known)]),
  );
}

/** `name` is the key under which the value stands, when that may tell what it is. */
function visit(walk: Walk, value: unknown, depth: number, name: string | undefined): unknown {
  walk.nodes += 1;
  if (walk.nodes > MAX_NODES) return TOO_LARGE;
  if (typeof value === 'string') return visitText(walk, value, name);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number') return visitNumber(walk, value, name);
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value !== 'object') return undefined;
  if (depth >= MAX_DEPTH) return TOO_DEEP;
  try {
    return visitObject(walk, value, depth, name);
  } catch {
    return UNREADABLE;
  }
}

function visitObject(walk: Walk, value: object, depth: number, name: string | undefined): unknown {
  if (Array.isArray(value)) return visitArray(walk, value, depth, name);
  if (value instanceof Uint8Array) return visitText(walk, Buffer.from(value).toString('utf8'), name);
  if (value instanceof Map) return visitObject(walk, Object.fromEntries(value), depth, name);
  if (value instanceof Set) return visitArray(walk, [...value], depth, name);
  if ('toJSON' in value && typeof value.toJSON === 'function') return visit(walk, value.toJSON(), depth + 1, name);
  const pairName = nameOfPair(value);
  const members: [string, unknown][] = [];
  for (const key of Object.keys(value)) {
    if (walk.nodes > MAX_NODES) {
      members.push(['haltwire', TOO_LARGE]);
      break;
    }
    const member = (value as Record<string, unknown>)[key];
    const inner = visit(walk, member, depth + 1, pairName !== undefined && /^values?$/i.test(key) ? pairName : key);
    if (inner !== undefined) members.push([visitText(walk, key, undefined), inner]);
  }
  // fromEntries defines members one by one, so a key named __proto__ stays data.
  return Object.fromEntries(members);
}

/** `{ name: 'Authorization', value: '…' }`: the name stands beside the value. */
function nameOfPair(value: object): string | undefined {
  const record = value as Record<string, unknown>;
  for (const key of ['name', 'key', 'header', 'Name', 'Key']) {
    if (typeof record[key] === 'string') return record[key];
  }
  return undefined;
}

/** An argument list: the element after `--token` is its value, and so is the one after a header's name. */
function visitArray(walk: Walk, values: readonly unknown[], depth: number, name: string | undefined): unknown[] {
  const result: unknown[] = [];
  let previous: string | undefined;
  for (const value of values) {
    if (walk.nodes > MAX_NODES) {
      result.push(TOO_LARGE);
      break;
    }
    const flag = previous !== undefined && previous.length <= 80 ? flagOf(previous, values) : undefined;
    result.push(visit(walk, value, depth + 1, flag ?? name) ?? null);
    previous = typeof value === 'string' ? value : undefined;
  }
  return result;
}

const userFlags = new Set(['-u', '-U', '--user', '--proxy-user']);
const userName = 'curl --user';

function flagOf(previous: string, values: readonly unknown[]): string | undefined {
  if (userFlags.has(previous) && typeof values[0] === 'string' && /(?:^|\/)(?:curl|wget|https?|xh)$/.test(values[0])) {
    return userName;
  }
  if (/^--?[A-Za-z][\w-]+$/.test(previous)) return previous.replace(/^-+/, '');
  return /^[A-Za-z][\w-]*$/.test(previous) && values.length === 2 ? previous : undefined;
}

/** A whole string; `name` decides for what has no shape of its own. */
function visitText(walk: Walk, text: string, name: string | undefined): string {
  if (name === userName) return visitText(walk, `curl -u ${text}`, undefined).slice('curl -u '.length);
  const { value, secrets } = redactText(text, walk.fingerprintKey, 0, walk.known);
  for (const secret of secrets) remember(walk, secret);
  const kind = name === undefined ? undefined : kindOfName(name);
  if (name === undefined || kind === undefined) return value;
  const scanned = { start: 0, end: value.length, raw: value, quoted: true, level: 0 };
  const finding = secretOf(value, scanned, { kind, name, literal: true, where: `member ${name}` });
  if (finding === undefined) return value;
  const secret = credentialOf(finding, walk.fingerprintKey);
  const placeholder = placeholderOf(secret);
  remember(walk, secret);
  know(walk.known, finding.secret, secret);
  return value.slice(0, finding.start) + placeholder + value.slice(finding.end);
}

/** A number is a secret only as a password of four digits or more. */
function visitNumber(walk: Walk, value: number, name: string | undefined): unknown {
  if (name === undefined || kindOfName(name) !== 'password') return value;
  const text = String(value);
  const redacted = visitText(walk, text, name);
  return redacted === text ? value : redacted;
}

function remember(walk: Walk, secret: CredentialUse): void {
  if (!walk.secrets.has(secret.fingerprint)) walk.secrets.set(secret.fingerprint, secret);
}
