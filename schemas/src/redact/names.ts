import { providerNames } from './formats.ts';

/** Words that name a secret when they stand last, and the kind they tell. */
const secretWords: Readonly<Record<string, string>> = {
  password: 'password',
  passwd: 'password',
  passphrase: 'password',
  passcode: 'password',
  passwort: 'password',
  pass: 'password',
  pwd: 'password',
  psk: 'password',
  secret: 'secret',
  token: 'token',
  jwt: 'token',
  pat: 'token',
  credential: 'credential',
  credentials: 'credential',
  creds: 'credential',
  authorization: 'authorization',
  auth: 'authorization',
  signature: 'signature',
  sig: 'signature',
  apikey: 'api-key',
};

/** `key` is a secret only behind one of these. */
const keyQualifiers = new Set(
  `access account admin api app application auth client consumer crypt crypto decryption deploy encryption functions hmac
  ingest integration jwt licence license master private project routing secret sender server service session shared
  signing ssh storage subscription webhook wireguard write`.split(/\s+/),
);

/** Last words that say "this is about a secret, not one". */
const secretEndings: readonly (readonly [string, string])[] = [
  ['password', 'password'],
  ['passwd', 'password'],
  ['passphrase', 'password'],
  ['apikey', 'api-key'],
  ['accesskey', 'access-key'],
  ['secretkey', 'secret-key'],
  ['privatekey', 'private-key'],
  ['accountkey', 'access-key'],
  ['token', 'token'],
  ['secret', 'secret'],
];

/** May follow the word that names the secret. */
const suffixes = new Set(
  'b64 backup base base64 current default dev development live local main new old plain plaintext primary prod production secondary stage staging test value'.split(
    ' ',
  ),
);

/** Tokens with these words are no credentials: cursors, counters, form tokens, language models' tokens. */
const harmlessTokens = new Set(
  'authenticity bos cancellation completion continuation csrf cursor eos input jsonwebtoken max min mask next num output pad page pagination prev prompt public quota resume special start stop sync total unk xsrf'.split(
    ' ',
  ),
);

/** Every word above that names a secret holds one of these; most names hold none. */
const secretPart = /pass|pwd|psk|secret|token|jwt|pat|cred|auth|sig|key/;

/** Cuts an identifier into lower-case words: `githubApiKey`, `GITHUB_API_KEY` and `github-api-key` are alike. */
function wordsOf(name: string): string[] {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
}

/**
 * The kind of secret that a field, variable, header or flag of this name holds; undefined when it holds none.
 *
 * `DB_PASSWORD`, `x-api-key`, `clientSecret` and, if the value is random enough, `sourcegraph` do; `token_url`, `max_tokens` and `credentialsId` do not.
 */
export function kindOfName(name: string): string | undefined {
  if (name.length > 3 && providerNames.has(name.toLowerCase())) return 'vendor-key';
  if (name.length > 120 || !secretPart.test(name.toLowerCase())) return undefined;
  const words = wordsOf(name);
  while (words.length > 1 && isSuffix(words.at(-1))) words.pop();
  const last = words.at(-1);
  if (last === undefined || words.includes('public')) return undefined;
  // `PASS: 12 tests` is a verdict; `--no-password` and `windows-auth` are switches.
  if (name === 'PASS' || words[0] === 'no' || (last === 'auth' && words[0] === 'windows')) return undefined;
  if (last === 'key' || last === 'keys') {
    const qualifier = words.at(-2);
    if (qualifier === undefined || !keyQualifiers.has(qualifier)) return undefined;
    if (qualifier === 'access' && words.includes('secret')) return 'aws-secret-key';
    return `${qualifier === 'account' ? 'access' : qualifier}-key`;
  }
  const kind =
    secretWords[last] ?? secretEndings.find(([ending]) => last.length > ending.length && last.endsWith(ending))?.[1];
  if (kind === 'token' && words.some((word) => harmlessTokens.has(word))) return undefined;
  if (kind === 'secret' && words.at(-2) === 'client') return 'client-secret';
  return kind;
}

function isSuffix(word: string | undefined): boolean {
  return word !== undefined && (suffixes.has(word) || /^[0-9]{1,3}$/.test(word));
}

/** Who issues the secret, when a word of its name says so: `STRIPE_SECRET_KEY`, `githubToken`. */
export function providerOfName(name: string): string | undefined {
  return wordsOf(name.slice(0, 120)).find((word) => (word.length > 3 || word === 'aws') && providerNames.has(word));
}
