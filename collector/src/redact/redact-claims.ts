import {
  type Claimed,
  type CredentialUse,
  findPlaceholders,
  MAX_SCRIPT_CHARS,
  type Redactor,
  type SecretSeen,
} from '@haltwire/schemas';
import { cutText } from '../normalise/fields.ts';

/** Longest result that is kept. */
export const KEPT_RESULT = 8192;
/** Most fingerprints of one kind on one event; a text with more is no ordinary one and is marked as cut. */
const MAX_FINGERPRINTS = 1024;

/** Claims without secrets, and the fingerprints of what they hold. */
export interface RedactedClaims {
  readonly claimed: Claimed;
  /** In the arguments: found by the collector, standing there as placeholders, or claimed by the sender. */
  readonly credentials: readonly CredentialUse[];
  /** In the result, likewise. */
  readonly secretsSeen: readonly SecretSeen[];
  readonly truncated: boolean;
}

/**
 * Redacts the claims of an event once more: the sender's own redaction is a claim like any other.
 *
 * What the sender says it found is added to what the collector finds; it can only make the list longer.
 */
export function redactClaims(claimed: Claimed, redactor: Redactor): RedactedClaims {
  const { arguments: rawArguments, resultText: rawResult, ...rest } = claimed;
  const kept = wellFormed(cutToSchema(redactor.value(rest).value)) as Claimed;
  const redactedArguments = redactor.value(rawArguments);
  const argumentValue = wellFormed(redactedArguments.value);
  const redactedResult = redactor.text(rawResult ?? '');
  const credentials = union(
    redactedArguments.secrets,
    findPlaceholders(argumentValue === undefined ? '' : JSON.stringify(argumentValue)),
    kept.credentials ?? [],
  );
  const secretsSeen = union(redactedResult.secrets, findPlaceholders(redactedResult.value), kept.secretsSeen ?? []);
  const overflow = credentials.length > MAX_FINGERPRINTS || secretsSeen.length > MAX_FINGERPRINTS;
  return {
    claimed: {
      ...kept,
      ...(rawArguments === undefined ? {} : { arguments: argumentValue }),
      ...(rawResult === undefined ? {} : { resultText: cutText(redactedResult.value.toWellFormed(), KEPT_RESULT) }),
    },
    credentials: credentials.slice(0, MAX_FINGERPRINTS),
    secretsSeen: secretsSeen.slice(0, MAX_FINGERPRINTS),
    truncated: overflow || redactedResult.value.length > KEPT_RESULT,
  };
}

/** Joins lists by fingerprint; the first mention stays. */
export function union<T extends CredentialUse>(...lists: readonly (readonly T[])[]): T[] {
  const byFingerprint = new Map<string, T>();
  for (const one of lists.flat()) if (!byFingerprint.has(one.fingerprint)) byFingerprint.set(one.fingerprint, one);
  return [...byFingerprint.values()];
}

/** A placeholder is longer than a short secret: bounded claims are bounded again. */
const bounds: Readonly<Record<string, number>> = {
  agentId: 200,
  agentName: 200,
  agentVersion: 200,
  taskId: 200,
  taskText: 4000,
  environment: 64,
  sessionNonce: 64,
  cwd: 1024,
  errorType: 200,
  reason: 500,
  name: 200,
  type: 64,
  description: 1000,
  resolver: 64,
  system: 64,
  id: 512,
  evidence: 300,
  kind: 64,
  provider: 64,
  where: 120,
  path: 1024,
  text: MAX_SCRIPT_CHARS,
};

function cutToSchema(value: unknown): unknown {
  if (Array.isArray(value))
    return value.map((member) =>
      typeof member === 'string' ? cutText(member, bounds.name ?? 0) : cutToSchema(member),
    );
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key,
      typeof member === 'string' ? cutText(member, bounds[key] ?? 8192) : cutToSchema(member),
    ]),
  );
}

/** Lone surrogates become U+FFFD, keys too. The redactor has bounded the depth before. */
function wellFormed(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  if (Array.isArray(value)) return value.map(wellFormed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key.toWellFormed(), wellFormed(member)]));
}
