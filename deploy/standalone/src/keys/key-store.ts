import { createHash, randomBytes } from 'node:crypto';
import { type Authenticator, HaltwireError, idSchema, type Principal, roles } from '@haltwire/schemas';
import { open } from 'lmdb';
import { z } from 'zod';

const storedSchema = z.discriminatedUnion('kind', [
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
export type KeyInfo = z.infer<typeof storedSchema>;

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

/** Keys of agents and tokens of people. `authenticate` runs once per request and reads memory-mapped pages only. */
export interface KeyStore extends Authenticator {
  /** Resolves when the key's hash is on disk. */
  create(request: KeyRequest, createdBy: string, tenantId?: string): Promise<CreatedKey>;
  list(tenantId?: string): readonly KeyInfo[];
  /** Resolves when it no longer authenticates. Throws `HALTWIRE_NOT_FOUND`, or `HALTWIRE_CONFLICT` for the last admin. */
  revoke(id: string, tenantId?: string): Promise<void>;
  close(): Promise<void>;
}

const DEFAULT_TENANT = 'default';

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

function principalOf(info: KeyInfo): Principal {
  if (info.kind === 'agent') {
    return { kind: 'agent', keyId: info.id, tenantId: info.tenantId, agentId: info.agentId };
  }
  return { kind: 'person', tokenId: info.id, tenantId: info.tenantId, name: info.name, role: info.role };
}

/**
 * Opens the store of keys. A secret has 256 random bits and is looked up by its SHA-256, so neither the files nor the
 * time of a lookup tell anything about it.
 *
 * @example
 * const keys = openKeyStore('./.haltwire/keys');
 * const { secret } = await keys.create({ kind: 'agent', agentId: 'deploy-bot' }, 'mira');
 */
export function openKeyStore(path: string): KeyStore {
  const database = open<unknown, string>({ path, encoding: 'json', overlappingSync: false });

  const all = () => [...database.getRange()].map(({ key, value }) => ({ hash: key, info: storedSchema.parse(value) }));
  const isAdmin = (info: KeyInfo) => info.kind === 'person' && info.role === 'admin';

  return {
    authenticate(bearerToken) {
      const stored = database.get(hashOf(bearerToken));
      return stored === undefined ? undefined : principalOf(storedSchema.parse(stored));
    },
    async create(request, createdBy, tenantId = DEFAULT_TENANT) {
      const secret = `${request.kind === 'agent' ? 'hwk' : 'hwt'}_${randomBytes(32).toString('base64url')}`;
      const id = `${request.kind === 'agent' ? 'key' : 'tok'}_${randomBytes(8).toString('hex')}`;
      const info: KeyInfo = { ...request, id, tenantId, createdAt: Date.now(), createdBy };
      await database.put(hashOf(secret), info);
      return { info, secret };
    },
    list(tenantId = DEFAULT_TENANT) {
      return all()
        .map(({ info }) => info)
        .filter((info) => info.tenantId === tenantId)
        .sort((a, b) => a.createdAt - b.createdAt);
    },
    async revoke(id, tenantId = DEFAULT_TENANT) {
      const keys = all().filter(({ info }) => info.tenantId === tenantId);
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
      await database.remove(found.hash);
    },
    close: () => database.close(),
  };
}
