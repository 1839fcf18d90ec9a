import {
  createInTurn,
  DEFAULT_TENANT,
  findRevocable,
  hashOfSecret,
  type KeyStore,
  keyInfoSchema,
  keysOf,
  newKey,
  principalOf,
} from '@haltwire/server';
import { open } from 'lmdb';

/**
 * Opens the store of keys of one machine. `authenticate` reads memory-mapped pages only.
 *
 * @example
 * const keys = openKeyStore('./.haltwire/keys');
 * const { secret } = await keys.create({ kind: 'agent', agentId: 'deploy-bot' }, 'mira');
 */
export function openKeyStore(path: string): KeyStore {
  const database = open<unknown, string>({ path, encoding: 'json', overlappingSync: false });
  const inTurn = createInTurn();

  const tenantKeys = (tenantId: string) =>
    keysOf(
      [...database.getRange()].map(({ key, value }) => ({ hash: key, info: keyInfoSchema.parse(value) })),
      tenantId,
    );

  return {
    authenticate(bearerToken) {
      const stored = database.get(hashOfSecret(bearerToken));
      return stored === undefined ? undefined : principalOf(keyInfoSchema.parse(stored));
    },
    async create(request, createdBy, tenantId = DEFAULT_TENANT) {
      const { hash, info, secret } = newKey(request, createdBy, tenantId);
      await database.put(hash, info);
      return { info, secret };
    },
    list: (tenantId = DEFAULT_TENANT) => tenantKeys(tenantId).map(({ info }) => info),
    revoke: (id, tenantId = DEFAULT_TENANT) =>
      inTurn(async () => {
        await database.remove(findRevocable(tenantKeys(tenantId), id).hash);
      }),
    close: () => database.close(),
  };
}
