import { canonicalJson } from './canonical.ts';
import { sha256Hex } from './hash.ts';

/** What a verdict and an approval are for: change any member and it is another call. */
export interface DigestParts {
  sessionNonce: string;
  tool: string;
  /** The raw arguments, before redaction. They never leave the process; only the hash does. */
  arguments: unknown;
  cwd?: string | undefined;
  targets?: readonly unknown[] | undefined;
  credentialFingerprints?: readonly string[] | undefined;
  scriptHashes?: Readonly<Record<string, string>> | undefined;
}

/**
 * The digest that binds a verdict to one exact call: SHA-256 over the canonical JSON of its parts.
 *
 * Computed by the sdk when the intent is made and again just before execution.
 *
 * @example
 * callDigest({ sessionNonce: 'n', tool: 'shell', arguments: { command: 'ls' } }) // 64 hex digits
 */
export function callDigest(parts: DigestParts): string {
  return sha256Hex(
    canonicalJson({
      v: 1,
      sessionNonce: parts.sessionNonce,
      tool: parts.tool,
      arguments: parts.arguments ?? null,
      cwd: parts.cwd ?? null,
      targets: parts.targets ?? [],
      credentials: [...(parts.credentialFingerprints ?? [])].sort(),
      scripts: parts.scriptHashes ?? {},
    }),
  );
}
