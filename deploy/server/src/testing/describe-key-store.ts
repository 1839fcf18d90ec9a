import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { KeyStore } from '../keys/key-store.ts';

/** One place where keys are kept: opened, and opened again on what it holds. */
export interface KeyStoreUnderTest {
  open(): Promise<KeyStore>;
  /** Everything that is kept, as bytes: no secret may be in it. Called while no store is open. */
  kept(): Buffer;
  clear(): void;
}

/** What every store of keys must do. */
export function describeKeyStore(title: string, prepare: () => KeyStoreUnderTest): void {
  describe(`the key store ${title}`, () => {
    let place: KeyStoreUnderTest;
    let keys: KeyStore;
    beforeEach(async () => {
      place = prepare();
      keys = await place.open();
    });
    afterEach(async () => {
      await keys.close();
      place.clear();
    });

    test('an agent key authenticates exactly its agent, also after a restart', async () => {
      const { secret, info } = await keys.create({ kind: 'agent', agentId: 'deploy-bot' }, 'mira');
      const itsAgent = { kind: 'agent', keyId: info.id, tenantId: 'default', agentId: 'deploy-bot' };
      expect(keys.authenticate(secret)).toEqual(itsAgent);
      await keys.close();
      keys = await place.open();
      expect(keys.authenticate(secret)).toEqual(itsAgent);
    });

    test('a person token carries name and role', async () => {
      const { secret } = await keys.create({ kind: 'person', name: 'mira', role: 'responder' }, 'first start');
      expect(secret).toMatch(/^hwt_[\w-]{43}$/);
      expect(keys.authenticate(secret)).toMatchObject({ kind: 'person', name: 'mira', role: 'responder' });
    });

    test('an unknown, empty or cut token is nobody', async () => {
      const { secret } = await keys.create({ kind: 'agent', agentId: 'deploy-bot' }, 'mira');
      for (const wrong of ['', 'hwk_', secret.slice(0, -1), `${secret} `, 'x'.repeat(5000), '__proto__']) {
        expect(keys.authenticate(wrong)).toBeUndefined();
      }
    });

    test('a revoked key is nobody, also after a restart, and the others stay', async () => {
      const one = await keys.create({ kind: 'agent', agentId: 'one' }, 'mira');
      const two = await keys.create({ kind: 'agent', agentId: 'two' }, 'mira');
      await keys.revoke(one.info.id);
      const expectOneGone = () => {
        expect(keys.authenticate(one.secret)).toBeUndefined();
        expect(keys.authenticate(two.secret)).toMatchObject({ agentId: 'two' });
        expect(keys.list().map(({ id }) => id)).toEqual([two.info.id]);
      };
      expectOneGone();
      await keys.close();
      keys = await place.open();
      expectOneGone();
    });

    test('revoking what is not there, or no longer there, names the command that lists keys', async () => {
      await expect(keys.revoke('key_nothing')).rejects.toThrow(/haltwire keys list/);
      const { info } = await keys.create({ kind: 'agent', agentId: 'one' }, 'mira');
      await keys.revoke(info.id);
      await expect(keys.revoke(info.id)).rejects.toMatchObject({ code: 'HALTWIRE_NOT_FOUND' });
    });

    test('the last admin cannot be revoked, the one before can', async () => {
      const one = await keys.create({ kind: 'person', name: 'mira', role: 'admin' }, 'first start');
      await expect(keys.revoke(one.info.id)).rejects.toMatchObject({ code: 'HALTWIRE_CONFLICT' });
      await keys.create({ kind: 'person', name: 'jon', role: 'admin' }, 'mira');
      await keys.revoke(one.info.id);
      expect(keys.authenticate(one.secret)).toBeUndefined();
    });

    test('of the last two admins, revoked at the same moment, one stays', async () => {
      const made = [
        await keys.create({ kind: 'person', name: 'mira', role: 'admin' }, 'first start'),
        await keys.create({ kind: 'person', name: 'jon', role: 'admin' }, 'mira'),
      ];
      const results = await Promise.allSettled(made.map(({ info }) => keys.revoke(info.id)));
      expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
      expect(keys.list()).toHaveLength(1);
    });

    test('another tenant neither sees nor revokes a key, and has a last admin of its own', async () => {
      const { info, secret } = await keys.create({ kind: 'agent', agentId: 'deploy-bot' }, 'mira', 'acme');
      expect(keys.list('other')).toEqual([]);
      expect(keys.list('acme')).toEqual([info]);
      expect(keys.authenticate(secret)).toMatchObject({ tenantId: 'acme' });
      await expect(keys.revoke(info.id, 'other')).rejects.toMatchObject({ code: 'HALTWIRE_NOT_FOUND' });
      const admin = await keys.create({ kind: 'person', name: 'ann', role: 'admin' }, 'first start', 'acme');
      await keys.create({ kind: 'person', name: 'mira', role: 'admin' }, 'first start');
      await expect(keys.revoke(admin.info.id, 'acme')).rejects.toMatchObject({ code: 'HALTWIRE_CONFLICT' });
    });

    test('no secret is kept', async () => {
      const { secret } = await keys.create({ kind: 'agent', agentId: 'deploy-bot' }, 'mira');
      await keys.close();
      const bytes = place.kept();
      expect(bytes.includes('deploy-bot')).toBe(true);
      expect(bytes.includes(secret)).toBe(false);
      expect(bytes.includes(secret.slice(4))).toBe(false);
      keys = await place.open();
    });
  });
}
