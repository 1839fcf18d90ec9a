import { decodeComponent } from './find-urls.ts';
import type { Finding } from './finding.ts';
import { kindOfName, providerOfName } from './names.ts';
import { holdsPlaceholder, isPlausible, isReference, looksRandom } from './plausible.ts';
import { plainValue, type ScannedValue, scanValue } from './scan-value.ts';

const MAX_NAME = 80;
/** Rejected values inside one unbroken run of characters that are looked at; a run with more is not data. */
const MAX_TRIES = 16;

/** Finds `NAME=value`, `name: value`, `"name": "value"`, `--name=value`, `name => value`: shells, env, YAML, JSON, code. */
export function findAssignments(text: string): Finding[] {
  const found: Finding[] = [];
  const separator = /[=:]/g;
  let runEnd = 0;
  let runTries = 0;
  for (let match = separator.exec(text); match !== null; match = separator.exec(text)) {
    const at = match.index;
    const name = nameBefore(text, at);
    if (name === undefined) continue;
    const kind = kindOfName(name.text);
    if (kind === undefined) continue;
    if (at < runEnd && runTries >= MAX_TRIES) continue;
    const operator = /[=:]{0,2}>?/y;
    operator.lastIndex = at + 1;
    const from = at + 1 + (operator.exec(text)?.[0].length ?? 0);
    const value = scanValue(text, from);
    if (value === undefined || closesQuote(text, name, value)) continue;
    if (!value.quoted) {
      runTries = at < runEnd ? runTries + 1 : 0;
      runEnd = value.end;
    }
    const tight = value.start - from <= 1 && (text[from] !== ' ' || name.whole) && text[at] === '=';
    const literal = tight || name.quoted || (name.whole && isLineEnd(text, value.end));
    const finding = secretOf(text, value, { kind, name: name.text, literal, where: describe(name.text, name.quoted) });
    if (finding === undefined) continue;
    found.push(finding);
    separator.lastIndex = Math.max(separator.lastIndex, value.end);
  }
  return found;
}

/** `read -p "Password: " -s x`: the quote after the colon ends what began before the name. */
function closesQuote(text: string, name: Name, value: ScannedValue): boolean {
  if (!value.quoted || name.quoted || value.level > 0) return false;
  const quote = text[value.start - 1];
  return name.start > 0 && text[name.start - 1] === quote && !text.slice(name.start, value.start - 1).includes('=');
}

interface Name {
  readonly text: string;
  readonly start: number;
  /** In quotes: a member of JSON or of a literal. */
  readonly quoted: boolean;
  /** Nothing but indentation, a dash or `export` before it on its line. */
  readonly whole: boolean;
}

const nameChar = /[\w.$-]/;

/** The identifier that ends before `at`, with quotes, brackets and blanks between skipped. */
function nameBefore(text: string, at: number): Name | undefined {
  let end = at;
  const lowest = Math.max(0, at - MAX_NAME);
  while (end > lowest && (text[end - 1] === ' ' || text[end - 1] === '\t')) end -= 1;
  if (text[end - 1] === ']') end -= 1;
  let quoted = false;
  if (text[end - 1] === '"' || text[end - 1] === "'" || text[end - 1] === '`') {
    quoted = true;
    end -= 1;
    while (end > lowest && text[end - 1] === '\\') end -= 1;
  }
  let start = end;
  while (start > lowest && nameChar.test(text[start - 1] as string)) start -= 1;
  if (start === end) return undefined;
  let name = text.slice(start, end);
  // token: &str = …, var token string = …: the name stands before its type.
  const typed = /^[Ss]tr(?:ing)?$/.test(name)
    ? /(\w{1,60})(?:\??\s{0,4}:\s{0,4}&?(?:'static )?| )$/.exec(text.slice(lowest, start))
    : null;
  if (typed?.[1] !== undefined) {
    name = typed[1];
    start = lowest + typed.index;
  }
  // `API key: …`, `secret access key: …` in prose.
  if (/^key$/i.test(name)) {
    const before = /(?:[A-Za-z]{2,12} ){1,2}$/.exec(text.slice(Math.max(0, start - 26), start));
    if (before !== null) name = before[0] + name;
  }
  const lead = text.slice(Math.max(0, start - 24), start);
  const whole = /(?:^|\n|\r|\\n)[ \t]{0,20}(?:- |export |set |env |ENV |ARG |\+|-)?["']?$/.test(
    start <= 24 ? lead : ` ${lead}`,
  );
  return { text: name, start, quoted, whole };
}

function isLineEnd(text: string, end: number): boolean {
  const next = text[end];
  return next === undefined || next === '\n' || next === '\r' || (next === '\\' && text[end + 1] === 'n');
}

function describe(name: string, quoted: boolean): string {
  if (name.startsWith('--')) return `flag ${name}`;
  if (/^(?:x-|authorization$|proxy-authorization$|api-key$|apikey$|private-token$)/i.test(name))
    return `header ${name.toLowerCase()}`;
  return quoted ? `member ${name}` : `assignment ${name}`;
}

/** What is known of the place in which a value stands. */
export interface Place {
  readonly kind: string;
  readonly name: string;
  readonly literal: boolean;
  readonly where: string;
}

const scheme = /^(?:Bearer|Basic|Token|ApiKey|Api-Key|Bot|GenieKey|Splunk|SSWS|token=)[ \t]{0,4}/i;

/** The finding for a value in a secret's place; undefined when it is none. `Bearer` and the like are left standing. */
export function secretOf(text: string, value: ScannedValue, place: Place): Finding | undefined {
  const prefix = place.kind === 'password' ? undefined : scheme.exec(value.raw)?.[0];
  const isScheme = prefix !== undefined && (/[ \t=]$/.test(prefix) || prefix.length === value.raw.length);
  if (isScheme && prefix.length === value.raw.length) return undefined;
  const cut = isScheme ? prefix.length : 0;
  const isParameter = /^[?&]$/.test(text[value.start - place.name.length - 2] ?? '');
  const stripped = trimmed(value, cut, isParameter || place.kind !== 'password');
  const plain = plainValue(stripped);
  const secret = isParameter ? decodeComponent(plain) : plain;
  if (isScheme && /^basic/i.test(prefix)) return basicFinding(stripped, place);
  if (!isPlausible(secret, { ...place, quoted: value.quoted })) return undefined;
  const provider = providerOfName(place.name);
  return {
    ...(provider === undefined ? {} : { provider }),
    start: stripped.start,
    end: stripped.end,
    secret: decodedOf(secret),
    kind: isScheme && /^bearer/i.test(prefix) ? 'bearer-token' : place.kind,
    where: place.where,
  };
}

/** Without its scheme; tokens hold no punctuation of shells, queries and lists, so an unquoted one ends there. */
function trimmed(value: ScannedValue, cut: number, strict: boolean): ScannedValue {
  const raw = value.raw.slice(cut);
  const stop = strict && !value.quoted ? raw.search(/[,;&|)\]}]/) : -1;
  const start = value.start + cut;
  return stop < 0 ? { ...value, start, raw } : { ...value, start, end: start + stop, raw: raw.slice(0, stop) };
}

/** A secret that is printable text in base64 (as in a Kubernetes Secret) is the same secret as the text. */
function decodedOf(secret: string): string {
  if (secret.length < 16 || secret.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(secret)) return secret;
  const decoded = Buffer.from(secret, 'base64').toString('latin1');
  return /^[\x20-\x7e]+$/.test(decoded) ? decoded : secret;
}

function basicFinding(value: ScannedValue, place: Place): Finding | undefined {
  const raw = value.raw.trimEnd();
  if (raw.length < 6 || holdsPlaceholder(raw) || isReference(raw) || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(raw))
    return undefined;
  const decoded = Buffer.from(raw, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  if (colon < 0 && !looksRandom(raw)) return undefined;
  const secret = colon < 0 ? raw : decoded.slice(colon + 1) || decoded.slice(0, colon);
  return { start: value.start, end: value.start + raw.length, secret, kind: 'basic-auth', where: place.where };
}
