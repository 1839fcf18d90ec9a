import type { CredentialUse } from '../credential.ts';
import { BY_FORMAT } from './finding.ts';
import { placeholderOf } from './fingerprint.ts';
import { looksRandom } from './plausible.ts';

/** Secrets that were found, by their text. Never leaves the redactor. */
export type KnownSecrets = Map<string, CredentialUse>;

/** More would make the work grow with secrets times text; past it the oldest is forgotten. */
const MAX_KNOWN = 128;
const MIN_LENGTH = 12;

/** Remembers a secret that can be told from ordinary words wherever it stands again: by its format, or by its look. */
export function know(known: KnownSecrets, secret: string, use: CredentialUse): void {
  if (secret.length < MIN_LENGTH || known.has(secret)) return;
  if (use.where !== BY_FORMAT && !looksRandom(secret)) return;
  known.set(secret, use);
  if (known.size <= MAX_KNOWN) return;
  const oldest = known.keys().next();
  if (oldest.done !== true) known.delete(oldest.value);
}

/**
 * Puts placeholders where known secrets stand again without anything around them to tell: `echo <token> > file`.
 * `onRepeat` hears of each that was met.
 */
export function maskRepeats(text: string, known: KnownSecrets, onRepeat?: (use: CredentialUse) => void): string {
  let masked = text;
  for (const [secret, use] of known) {
    if (!masked.includes(secret)) continue;
    masked = masked.replaceAll(secret, () => placeholderOf(use));
    onRepeat?.({ ...use, where: 'seen before' });
  }
  return masked;
}
