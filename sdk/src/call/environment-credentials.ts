import type { CredentialUse } from '@haltwire/schemas';
import type { Redactor } from '@haltwire/schemas/redact';

/** `$NAME`, `${NAME…}` and PowerShell's `$env:NAME`. */
const reference = /\$(?:env:|\{(?:env:)?)?([A-Za-z_][A-Za-z0-9_]{0,120})/gi;
/** More references than this in one call are not looked up. */
const MAX_NAMES = 64;

/** Names of environment variables that any text in the value refers to, each once, in order. */
export function variableNamesIn(value: unknown): string[] {
  const names = new Set<string>();
  const open: unknown[] = [value];
  while (open.length > 0 && names.size < MAX_NAMES) {
    const next = open.pop();
    if (typeof next === 'string') {
      if (!next.includes('$')) continue;
      for (const match of next.matchAll(reference)) if (match[1] !== undefined) names.add(match[1]);
    } else if (typeof next === 'object' && next !== null) {
      open.push(...Object.values(next).reverse());
    }
  }
  return [...names];
}

/**
 * Credentials that a call uses without showing them: `curl -H "Authorization: Bearer $TOKEN"`.
 *
 * Only fingerprints leave the process. A value that does not look like a secret under its name gives none.
 *
 * @example
 * environmentCredentials({ command: 'curl -u $API_TOKEN host' }, process.env, createRedactor());
 */
export function environmentCredentials(
  value: unknown,
  env: Readonly<Record<string, string | undefined>>,
  redactor: Redactor,
): CredentialUse[] {
  const found: CredentialUse[] = [];
  for (const name of variableNamesIn(value)) {
    const content = env[name];
    if (content === undefined || content === '') continue;
    for (const secret of redactor.value({ [name]: content }).secrets) {
      found.push({ ...secret, where: `environment variable ${name}`.slice(0, 120) });
    }
  }
  return found;
}
