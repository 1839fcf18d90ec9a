import type { CredentialUse } from '../credential.ts';

/** `where` of a secret that its own shape gives away. */
export const BY_FORMAT = 'by its format';

/** A place in a text that must not stay as it is. Offsets are in UTF-16 code units. */
export interface Finding {
  readonly start: number;
  readonly end: number;
  /** The bare secret, decoded: what is fingerprinted. */
  readonly secret: string;
  readonly kind: string;
  readonly provider?: string | undefined;
  /** In words, for `CredentialUse.where`. */
  readonly where: string;
  /** For an encoded payload: what stands there afterwards, and the secrets that were inside. */
  readonly rewritten?: { readonly text: string; readonly secrets: readonly CredentialUse[] };
}
