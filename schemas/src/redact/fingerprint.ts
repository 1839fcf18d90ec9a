import { createHmac } from 'node:crypto';
import type { CredentialUse } from '../credential.ts';
import { providerOfKind } from './formats.ts';

/** Used when a deployment sets no key of its own: fingerprints are portable, and anybody can test a guess. */
export const DEFAULT_FINGERPRINT_KEY = 'haltwire';

/**
 * The fingerprint of a secret: `hwf_` and 128 bits of HMAC-SHA-256.
 *
 * @param secret The bare secret, without a scheme such as `Bearer`.
 * @param fingerprintKey Key of the deployment. Default `DEFAULT_FINGERPRINT_KEY`.
 * @example
 * fingerprintOf('correct horse battery staple') // 'hwf_' and 32 hex digits
 */
export function fingerprintOf(secret: string, fingerprintKey: string = DEFAULT_FINGERPRINT_KEY): string {
  return `hwf_${createHmac('sha256', fingerprintKey).update(secret, 'utf8').digest('hex').slice(0, 32)}`;
}

/**
 * What stands in a text instead of a secret. Needs no quotes in shells, URLs, JSON, YAML and SQL strings.
 *
 * @example
 * placeholderOf({ kind: 'bearer-token', fingerprint }) // 'hwsecret.bearer-token.hwf_5f0c…'
 */
export function placeholderOf(secret: Pick<CredentialUse, 'kind' | 'fingerprint'>): string {
  const kind = secret.kind.toLowerCase().replaceAll(/[^a-z0-9-]+/g, '-');
  return `hwsecret.${kind === '' ? 'secret' : kind}.${secret.fingerprint}`;
}

/** Finds placeholders; a new object per use, because a global expression keeps its place. */
export function placeholderPattern(): RegExp {
  return /hwsecret\.([a-z0-9-]{1,64})\.(hwf_[0-9a-f]{32})/g;
}

/**
 * Reads the placeholders that stand in a text: each fingerprint once, in order of appearance.
 *
 * @example
 * findPlaceholders('curl -H "Authorization: Bearer hwsecret.bearer-token.hwf_…"') // [{ kind, fingerprint }]
 */
export function findPlaceholders(text: string): CredentialUse[] {
  const found = new Map<string, CredentialUse>();
  for (const [, kind, fingerprint] of text.matchAll(placeholderPattern())) {
    if (kind === undefined || fingerprint === undefined || found.has(fingerprint)) continue;
    const provider = providerOfKind(kind);
    found.set(fingerprint, { fingerprint, kind, ...(provider === undefined ? {} : { provider }) });
  }
  return [...found.values()];
}
