import { randomUUID } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { HaltwireError } from '@haltwire/schemas';
import { type CryptoKey, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';

/** What verifies task tokens. */
export interface VerifyingKey {
  readonly publicKey: CryptoKey;
}

/** The pair that signs and verifies task tokens. */
export interface SigningKey extends VerifyingKey {
  readonly privateKey: CryptoKey;
}

async function importOne(jwk: JWK): Promise<CryptoKey> {
  const key = await importJWK(jwk, 'EdDSA');
  if (key instanceof Uint8Array) throw new Error('not an asymmetric key');
  return key;
}

function importPublic({ d: _secret, ...publicJwk }: JWK): Promise<CryptoKey> {
  return importOne(publicJwk);
}

async function importPair(jwk: JWK): Promise<SigningKey> {
  const [privateKey, publicKey] = await Promise.all([importOne(jwk), importPublic(jwk)]);
  // A public part alone imports well, and would fail at the first token.
  if (privateKey.type !== 'private') throw new Error('no private key');
  return { privateKey, publicKey };
}

/**
 * Reads the key that signs task tokens, or makes it (Ed25519, file mode 0600) at first start.
 *
 * Throws `HALTWIRE_STORAGE` when the file is there but is no such key.
 */
export async function loadSigningKey(path: string): Promise<SigningKey> {
  if (!existsSync(path)) {
    const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
    const jwk = JSON.stringify(await exportJWK(privateKey));
    putAside(path, jwk);
  }
  try {
    return await importPair(JSON.parse(readFileSync(path, 'utf8')) as JWK);
  } catch {
    // The cause could quote the file, so it is left out.
    throw new HaltwireError(
      'HALTWIRE_STORAGE',
      `${path} is not a signing key. Restore it from a backup, or delete it: a new one is made, and tokens signed by the old one no longer count.`,
    );
  }
}

/** Written aside and flushed, then linked: a crash leaves no key or a whole one, and of several that start at once, one wins. */
function putAside(path: string, text: string): void {
  const aside = `${path}.${randomUUID()}`;
  const file = openSync(aside, 'wx', 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
    linkSync(aside, path);
  } catch (error) {
    if (!existsSync(path)) throw error;
  } finally {
    closeSync(file);
    rmSync(aside, { force: true });
  }
}

/**
 * Reads the key that verifies task tokens: of a file that may also hold the private part, only the public one is used.
 *
 * Throws `HALTWIRE_STORAGE` when the file cannot be read or is no such key.
 */
export async function loadVerifyingKey(path: string): Promise<VerifyingKey> {
  try {
    return { publicKey: await importPublic(JSON.parse(readFileSync(path, 'utf8')) as JWK) };
  } catch {
    throw new HaltwireError(
      'HALTWIRE_STORAGE',
      `${path} is not a key that verifies task tokens: copy the signing server's task-token-key.json there (its "d" may be left out).`,
    );
  }
}
