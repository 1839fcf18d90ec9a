import { looksRandom } from './plausible.ts';

/** Secrets that were found, by their text, with the placeholder of each. Never leaves the redactor. */
export type KnownSecrets = Map<string, string>;

/** More would make the work grow with secrets times text. */
const MAX_KNOWN = 32;
const MIN_LENGTH = 12;

/** Remembers a secret that can be told from ordinary words wherever it stands again. */
export function know(known: KnownSecrets, secret: string, placeholder: string): void {
  if (known.size < MAX_KNOWN && secret.length >= MIN_LENGTH && looksRandom(secret)) known.set(secret, placeholder);
}

/** Puts placeholders where known secrets stand again without anything around them to tell: `echo <token> > file`. */
export function maskRepeats(text: string, known: KnownSecrets): string {
  let masked = text;
  for (const [secret, placeholder] of known)
    if (masked.includes(secret)) masked = masked.replaceAll(secret, () => placeholder);
  return masked;
}
