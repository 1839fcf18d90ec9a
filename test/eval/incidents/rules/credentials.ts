import { createHash } from 'node:crypto';

/** What a report says of a credential that a step used. */
export interface Credential {
  /** Known by the report's words; `same key` is the one before. */
  readonly label: string;
  /** `found`: the report says that the agent found it, or that nobody approved it. */
  readonly standing: 'issued' | 'found';
  /** Made up by us; the same label gives the same. */
  readonly secret: string;
  /** Environment that the report's words name. */
  readonly environment: string | undefined;
}

const FOUND = /\bfound\b|\bunknown origin\b|\bnever used\b|\bnot approved\b|\bstolen\b|\bleaked\b/i;
const CONNECTION = /\bDATABASE_URL\b|\bconnection string\b/i;

/** The credential that a step's words name. `before` is the label of the last one. */
export function credentialOf(
  words: string,
  before: string | undefined,
  environmentIn: (text: string) => string | undefined,
): Credential {
  const label = /^same\b/i.test(words) && before !== undefined ? before : words;
  return {
    label,
    standing: FOUND.test(label) ? 'found' : 'issued',
    secret: secretOf(label),
    environment: environmentIn(label),
  };
}

/** A secret of our own making that looks like one. */
export function secretOf(label: string): string {
  const hex = createHash('sha256').update(label).digest('hex');
  return CONNECTION.test(label)
    ? `postgres://app:${hex.slice(0, 24)}@db-${hex.slice(24, 28)}.example:5432/app`
    : `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Whether a secret is a connection string. */
export function isConnection(secret: string): boolean {
  return secret.includes('://');
}

const PLACEHOLDER = /\[(?:token|key|secret|password)\]|<(?:token|key|secret|password)>|(?<==)\.\.\.$/gi;

/** Puts a secret in the place that a report left for it; undefined when it left none. */
export function filledIn(text: string, secret: string): string | undefined {
  const filled = text.replaceAll(PLACEHOLDER, secret);
  return filled === text ? undefined : filled;
}

const SECRETS = /\b(?:tokens?|(?:api )?keys?|secrets?|(?:one-time )?passwords?|credentials?)\b/i;

/** Whether a result that is no failure shows secrets. */
export function showsSecrets(text: string): boolean {
  return SECRETS.test(text);
}

/** Whether a call carries out what was shown before. */
export function carriesShown(text: string): boolean {
  return /\b(?:real values|the (?:private )?data|private data|the content)\b/i.test(text) || SECRETS.test(text);
}
