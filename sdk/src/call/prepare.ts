import { resolve } from 'node:path';
import type { CredentialUse } from '@haltwire/schemas';
import { callDigest } from '@haltwire/schemas/digest';
import type { Redactor } from '@haltwire/schemas/redact';
import { HaltwireError } from '../errors.ts';
import type { Script } from '../scripts/script-memory.ts';
import { hashesOf } from '../scripts/shown-scripts.ts';
import { copyArguments } from './copy-arguments.ts';
import { environmentCredentials } from './environment-credentials.ts';

/** A call that asks for more than this in its arguments is refused, bytes of redacted JSON. */
export const MAX_ARGUMENT_BYTES = 1024 * 1024;

/** A call as it was when it was asked for. Nothing in it can change any more. */
export interface PreparedCall<A = unknown> {
  readonly callId: string;
  readonly tool: string;
  /** Frozen copy: what is judged and what runs. Holds the raw secrets; never leaves the process. */
  readonly arguments: A;
  /** JSON of the arguments with placeholders for secrets. */
  readonly redactedArguments: string;
  readonly cwd: string;
  readonly credentials: readonly CredentialUse[];
  /** Files that it names and whose content is known. Raw, like the arguments. */
  readonly scripts: readonly Script[];
  readonly digest: string;
}

/** What `prepareCall` needs to know about the session. */
export interface PrepareContext {
  readonly callId: string;
  readonly sessionNonce: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly redactor: Redactor;
  /** Finds the files that the arguments name and whose content is known. */
  readonly scriptsOf: (args: unknown) => readonly Script[];
}

/**
 * Freezes a call, takes the secrets out of what will be told about it, and computes its digest.
 *
 * @throws HaltwireError `HALTWIRE_BAD_REQUEST` or `HALTWIRE_TOO_LARGE` for arguments that cannot be judged.
 */
export function prepareCall<A>(tool: string, args: A, context: PrepareContext): PreparedCall<A> {
  const frozen = copyArguments(args);
  const redacted = context.redactor.value(frozen);
  const redactedArguments = JSON.stringify(redacted.value) ?? 'null';
  // A UTF-16 code unit takes one byte at least, so the cheap test comes first.
  if (redactedArguments.length > MAX_ARGUMENT_BYTES || Buffer.byteLength(redactedArguments) > MAX_ARGUMENT_BYTES) {
    throw new HaltwireError(
      'HALTWIRE_TOO_LARGE',
      `the arguments of ${tool} are larger than ${MAX_ARGUMENT_BYTES} bytes; pass large content by file`,
    );
  }
  const credentials = distinct([...redacted.secrets, ...environmentCredentials(frozen, context.env, context.redactor)]);
  const call = {
    callId: context.callId,
    tool,
    arguments: frozen,
    redactedArguments,
    cwd: resolve(context.cwd),
    credentials,
    scripts: context.scriptsOf(frozen),
  };
  return Object.freeze({ ...call, digest: digestOf(call, context.sessionNonce) });
}

/** The digest of a prepared call, computed afresh from what would run. */
export function digestOf(call: Omit<PreparedCall, 'digest'>, sessionNonce: string): string {
  return callDigest({
    sessionNonce,
    tool: call.tool,
    arguments: call.arguments,
    cwd: call.cwd,
    credentialFingerprints: call.credentials.map((credential) => credential.fingerprint),
    scriptHashes: hashesOf(call.scripts),
  });
}

function distinct(credentials: readonly CredentialUse[]): CredentialUse[] {
  const byFingerprint = new Map<string, CredentialUse>();
  for (const credential of credentials) {
    if (!byFingerprint.has(credential.fingerprint)) byFingerprint.set(credential.fingerprint, credential);
  }
  return [...byFingerprint.values()];
}
