import { createHash, randomBytes } from 'node:crypto';
import { type Authenticator, HaltwireError, idSchema, type Principal, roles } from '@haltwire/schemas';
import { z } from 'zod';

/** What is kept about a key, as it is stored. */
export const keyInfoSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('agent'),
    id: idSchema,
    tenantId: idSchema,
    agentId: idSchema,
    createdAt: z.number(),
    createdBy: z.string(),
  }),
  z.object({
    kind: z.literal('person'),
    id: idSchema,
    tenantId: idSchema,
    name: idSchema,
    role: z.enum(roles),
    createdAt: z.number(),
    createdBy: z.string(),
  }),
]);

/** What is kept about a key: who it is for, never the key. */
export type KeyInfo = z.infer<typeof keyInfoSchema>;

/** Who a new key is for. */
export const keyRequestSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('agent'), agentId: idSchema }),
  z.strictObject({ kind: z.literal('person'), name: idSchema, role: z.enum(roles) }),
]);
export type KeyRequest = z.infer<typeof keyRequestSchema>;

/** A key as its creator sees it, once. */
export interface CreatedKey {
  readonly info: KeyInfo;
  /** `hwk_…` for agents, `hwt_…` for people. Shown once; only its hash is kept. */
  readonly secret: string;
}

/**
 * Keys of agents and tokens of people. `authenticate` runs once per request and waits for nothing.
 *
 * What every store must keep is a suite: `describeKeyStore` of `@haltwire/server/testing`.
 */
export interface KeyStore extends Authenticator {
  /** Resolves when the key's hash is durable and the key authenticates here. */
  create(request: KeyRequest, createdBy: string, tenantId?: string): Promise<CreatedKey>;
  /** The keys that authenticate, oldest first. Default tenant: `default`. */
  list(tenantId?: string): readonly KeyInfo[];
  /** Resolves when it no longer authenticates. Throws `HALTWIRE_NOT_FOUND`, or `HALTWIRE_CONFLICT` for the last admin. */
  revoke(id: string, tenantId?: string): Promise<void>;
  close(): Promise<void>;
}

/** The tenant where nothing else is said. */
export const DEFAULT_TENANT = 'default';

/** What a key is kept and looked up by: neither the store nor the time of a lookup tells anything about the secret. */
export function hashOfSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Makes a key: 256 random bits. */
export function newKey(request: KeyRequest, createdBy: string, tenantId: string): CreatedKey & { hash: string } {
  const secret = `${request.kind === 'agent' ? 'hwk' : 'hwt'}_${randomBytes(32).toString('base64url')}`;
  const id = `${request.kind === 'agent' ? 'key' : 'tok'}_${randomBytes(8).toString('hex')}`;
  return {
    info: { ...request, id, tenantId, createdAt: Date.now(), createdBy },
    secret,
    hash: hashOfSecret(secret),
  };
}

/** Who a key authenticates. */
export function principalOf(info: KeyInfo): Principal {
  if (info.kind === 'agent') {
    return { kind: 'agent', keyId: info.id, tenantId: info.tenantId, agentId: info.agentId };
  }
  return { kind: 'person', tokenId: info.id, tenantId: info.tenantId, name: info.name, role: info.role };
}

const isAdmin = (info: KeyInfo): boolean => info.kind === 'person' && info.role === 'admin';

/** Keys of one tenant, oldest first. */
export function keysOf<T extends { readonly info: KeyInfo }>(keys: Iterable<T>, tenantId: string): T[] {
  return [...keys].filter(({ info }) => info.tenantId === tenantId).sort((a, b) => a.info.createdAt - b.info.createdAt);
}

/**
 * The key that is to be revoked, among those of its tenant.
 *
 * Throws `HALTWIRE_NOT_FOUND`, or `HALTWIRE_CONFLICT` when nobody could manage the tenant without it.
 */
export function findRevocable<T extends { readonly info: KeyInfo }>(keys: readonly T[], id: string): T {
  const found = keys.find(({ info }) => info.id === id);
  if (found === undefined) {
    throw new HaltwireError('HALTWIRE_NOT_FOUND', `There is no key ${id}; see them with: haltwire keys list`);
  }
  if (isAdmin(found.info) && keys.filter(({ info }) => isAdmin(info)).length === 1) {
    throw new HaltwireError(
      'HALTWIRE_CONFLICT',
      `${id} is the last admin token: create another with "haltwire keys create --person NAME --role admin" first.`,
    );
  }
  return found;
}
