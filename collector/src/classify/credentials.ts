import { type CredentialUse, findPlaceholders } from '@haltwire/schemas';

/** Header names and options that authorise a request. */
const AUTHORISES =
  /authorization|api[-_]?key|x-auth|access[-_]token|x-access|auth[-_]token|private-token|circle-token|session-token|cookie/i;

/** `$NAME` or `${NAME}`. */
const VARIABLE = /\$\{?([A-Za-z_]\w*)/;

/**
 * The credential that a text carries: the fingerprint of its first placeholder, `unknown` when the text authorises but
 * shows no value, undefined when it does not authorise.
 */
export function credentialIn(text: string, known: readonly CredentialUse[], authorises: boolean): string | undefined {
  const seen = findPlaceholders(text)[0]?.fingerprint;
  if (seen !== undefined || !authorises) return seen;
  // The sdk may have resolved an environment variable and said where the secret stood.
  const variable = VARIABLE.exec(text)?.[1];
  const named = variable === undefined ? undefined : known.find((use) => use.where?.split(/[^\w]+/).includes(variable));
  return named?.fingerprint ?? 'unknown';
}

/** Whether a header of this name authorises. */
export function authorisesHeader(name: string): boolean {
  return AUTHORISES.test(name);
}
