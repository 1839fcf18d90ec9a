import { type Place, secretOf } from './find-named.ts';
import type { Finding } from './finding.ts';
import { matchesOf } from './matches.ts';
import { kindOfName } from './names.ts';
import { isFiller, isReference, looksRandom } from './plausible.ts';
import { programName, programRules } from './program-rules.ts';
import { endOfBare, scanValue } from './scan-value.ts';

/** A place where a value follows without `=` or `:`; the match ends where the value begins. */
export interface SpacedRule {
  readonly pattern: RegExp;
  /** Group 1 names the value, or the kind is fixed. */
  readonly kind?: string;
  readonly where: string;
  /** The bare word there is a literal. */
  readonly literal: boolean;
}

const rules: readonly SpacedRule[] = [
  // --token value, --client-secret value
  { pattern: /(?<![\w-])--?([A-Za-z][\w-]{1,60})[ \t]{1,8}(?=[^\s-])/g, where: 'flag', literal: true },
  // <password>value</password>, but not password='<password>', host=…
  {
    pattern: /<([A-Za-z][\w:.-]{1,60})(?: [^<>]{0,200})?>(?=[^<\s])(?!["'`]\s{0,4}[,;:)\]}])/g,
    where: 'element',
    literal: true,
  },
  // name="DB_PASSWORD" value="…", "name": "DB_PASSWORD", "value": "…", - name: DB_PASSWORD\n  value: …
  {
    pattern:
      /\b(?:name|key)\\{0,3}["']?[ \t]{0,8}[:=][ \t]{0,8}\\{0,3}["']?([\w.-]{1,80})\\{0,3}["']?,?(?:\\n|\s){0,40}\\{0,3}["']?value\\{0,3}["']?[ \t]{0,8}[:=][ \t]{0,8}/gi,
    where: 'value of',
    literal: true,
  },
  // ENV NAME value, set -x NAME value, setx NAME value
  {
    pattern: /\b(?:ENV|ARG|setx|set -g?x)[ \t]{1,8}([A-Za-z_]\w{1,80})[ \t]{1,8}(?=\S)/g,
    where: 'assignment',
    literal: true,
  },
  // CREATE USER … PASSWORD '…', IDENTIFIED BY '…'
  {
    pattern: /\b(?:password|identified by|secret)[ \t]{1,8}(?=')/gi,
    kind: 'password',
    where: 'SQL password',
    literal: true,
  },
  // machine h login u password p
  {
    pattern: /\blogin\s{1,8}\S{1,200}\s{1,8}password\s{1,8}(?=\S)/g,
    kind: 'password',
    where: 'netrc password',
    literal: true,
  },
  { pattern: /\b(password|passphrase|token|secret|api key) (?:is|was) (?=[^\s])/gi, where: 'sentence', literal: false },
  { pattern: /\bsshpass\s{1,4}-p\s{0,4}/g, kind: 'password', where: 'flag -p', literal: true },
  // … -name mysql -print is find's
  {
    pattern: /\bmysql(?:dump|admin|import)?\b[^\n|;&]{0,300}?\s-p(?=[^\s-])(?!(?:rint|rune|rint0|ath|erm)\b)/g,
    kind: 'password',
    where: 'flag -p',
    literal: true,
  },
  {
    pattern: /\bdocker\s{1,4}login\b[^\n|;&]{0,300}?\s-p\s{1,4}(?=[^\s-])/g,
    kind: 'password',
    where: 'flag -p',
    literal: true,
  },
  { pattern: /\bredis-cli\b[^\n|;&]{0,300}?\s-a\s{1,4}(?=[^\s-])/g, kind: 'password', where: 'flag -a', literal: true },
  // Authorization: Bearer value; "Bearer value" anywhere
  {
    pattern:
      /\b(?:authorization\\{0,7}["']?\s{0,4}[:=,]\s{0,4}\\{0,7}["'`]?[a-z]?\\{0,7}["'`]?)(?=(?:bearer|basic|token|apikey|bot|genieKey|splunk|ssws)[ \t])/gi,
    kind: 'authorization',
    where: 'header authorization',
    literal: true,
  },
  { pattern: /\bBearer (?=[A-Za-z0-9+/._~=-]{16})/gi, kind: 'bearer-token', where: 'bearer scheme', literal: false },
  // jdbc:oracle:thin:user/password@host
  {
    pattern: /\bjdbc:oracle:[a-z0-9]{3,5}:[\w.]{1,40}\/(?=[^@\s]{1,100}@)/g,
    kind: 'password',
    where: 'password of a URL',
    literal: true,
  },
  // echo "user:password" | chpasswd
  {
    pattern: /\becho ["']?[\w.-]{1,40}:(?=[^\s"'|]{4,200}["']? ?\| ?(?:sudo )?chpasswd)/g,
    kind: 'password',
    where: 'chpasswd',
    literal: true,
  },
  // host:port:database:user:password, as .pgpass has it
  {
    pattern: /(?<=[\w*]):(?:[0-9]{2,5}|\*):[\w*-]{1,64}:[\w*-]{1,64}:(?=[^\s:]{4})/g,
    kind: 'password',
    where: 'pgpass password',
    literal: true,
  },
  // echo secret | gh secret set NAME
  {
    pattern:
      /\b(?:echo|printf)(?: -n)?(?: ["']?%s["']?)?[ \t]{1,4}(?=["']?[^\s"'|]{8,500}["']?[ \t]{0,4}\|[ \t]{0,4}(?:vercel env add|gcloud secrets|docker login|podman login|wrangler secret|gh secret set|gh auth login|npx wrangler|op |passwd --stdin|sudo -S))/g,
    kind: 'password',
    where: 'standard input',
    literal: true,
  },
];

/** A name and its value as the arguments of a call: define('DB_PASSWORD', '…'). Calls that ask for a value have such too. */
const namedPair = /\(\s{0,4}["']([\w.-]{2,80})["']\s{0,4},\s{0,4}(?=["'])/g;

/** Finds values that follow a flag, an element, a keyword or an authorization scheme. */
export function findSpaced(text: string): Finding[] {
  const found: Finding[] = [];
  const tried = programName.test(text) ? [...rules, ...programRules] : rules;
  for (const { pattern, kind: fixed, where, literal } of tried) {
    for (const match of matchesOf(pattern, text)) {
      const name = match[1] ?? '';
      const kind = fixed ?? kindOfName(name);
      if (kind === undefined) continue;
      const place: Place = { kind, name, literal, where: `${where} ${name}`.trim() };
      const from = match.index + match[0].length;
      const finding = schemeFinding(text, from, place) ?? valueFinding(text, from, place);
      if (finding !== undefined) found.push(finding);
    }
  }
  return [...found, ...findNamedPairs(text), ...findUserPairs(text), ...findCookies(text)];
}

function findNamedPairs(text: string): Finding[] {
  const found: Finding[] = [];
  for (const match of matchesOf(namedPair, text)) {
    const name = match[1] ?? '';
    const kind = kindOfName(name);
    if (kind === undefined) continue;
    const place: Place = { kind, name, literal: true, where: `argument ${name}` };
    const finding = valueFinding(text, match.index + match[0].length, place);
    // What is no secret there is a default or a message.
    if (finding !== undefined && looksRandom(finding.secret)) found.push(finding);
  }
  return found;
}

function valueFinding(text: string, from: number, place: Place): Finding | undefined {
  const value = scanValue(text, from);
  return value === undefined ? undefined : secretOf(text, value, place);
}

const schemeWord = /(?:bearer|basic|token|apikey|bot|geniekey|splunk|ssws)[ \t]{1,4}/iy;

function schemeFinding(text: string, from: number, place: Place): Finding | undefined {
  if (place.kind === 'password') return undefined;
  schemeWord.lastIndex = from;
  const word = schemeWord.exec(text)?.[0];
  if (word === undefined) return undefined;
  const end = endOfBare(text, from + word.length);
  if (end === from + word.length) return undefined;
  return secretOf(text, { start: from, end, raw: text.slice(from, end), quoted: false, level: 0 }, place);
}

const userFlag = /(?<![\w-])(?:-u|-U|--user|--proxy-user)[ \t=]{0,4}(?=[^\s-])/g;
const authPair = /\bauth\s{0,2}=\s{0,2}\(\s{0,4}["'][^"'\n]{0,200}["']\s{0,4},\s{0,4}/g;

/** `curl -u user:password`, `auth=("user", "password")`. */
function findUserPairs(text: string): Finding[] {
  const found: Finding[] = [];
  if (/\b(?:curl|wget|https?|xh)\b/.test(text)) {
    for (const match of matchesOf(userFlag, text)) {
      const value = scanValue(text, match.index + match[0].length);
      const colon = value?.raw.indexOf(':') ?? -1;
      if (value === undefined || colon < 0 || value.raw.startsWith('//', colon + 1)) continue;
      const password = value.raw.slice(colon + 1);
      const secret = password === '' ? value.raw.slice(0, colon) : password;
      const start = password === '' ? value.start : value.start + colon + 1;
      if (secret.length < 3 || secret.includes('hwsecret.') || isReference(secret) || isFiller(secret)) continue;
      found.push({ start, end: start + secret.length, secret, kind: 'basic-auth', where: 'flag --user' });
    }
  }
  for (const match of matchesOf(authPair, text)) {
    const place: Place = { kind: 'password', name: 'auth', literal: true, where: 'basic authentication' };
    const value = scanValue(text, match.index + match[0].length);
    const finding = value?.quoted ? secretOf(text, value, place) : undefined;
    if (finding !== undefined) found.push({ ...finding, kind: 'basic-auth' });
  }
  return found;
}

const cookieHeader = /\b(?:set-)?cookie\\{0,7}["']?\s{0,4}[:=]\s{0,4}\\{0,7}["']?([^\n"'\\]{1,4096})/gi;
const cookieFlag = /\bcurl\b[^\n|;&]{0,300}?[ \t](?:-b|--cookie)[ \t=]{1,4}["']?([^\n"'\\;|&]{1,4096})/g;
const cookie = /([\w.-]{1,80})=([A-Za-z0-9+/._~%-]{16,})/g;

/** Session cookies: long random values in a Cookie header. */
function findCookies(text: string): Finding[] {
  const found: Finding[] = [];
  for (const header of [...matchesOf(cookieHeader, text), ...matchesOf(cookieFlag, text)]) {
    const body = header[1] ?? '';
    const base = header.index + header[0].length - body.length;
    for (const pair of matchesOf(cookie, body)) {
      const secret = pair[2] ?? '';
      if (!/[0-9]/.test(secret) || secret.includes('hwsecret.') || isFiller(secret)) continue;
      const start = base + pair.index + (pair[1] ?? '').length + 1;
      found.push({ start, end: start + secret.length, secret, kind: 'cookie', where: `cookie ${pair[1]}` });
    }
  }
  return found;
}
