import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type KeyStore, openKeyStore } from './key-store.ts';

describe('the key store', () => {
  let path: string;
  let keys: KeyStore;
  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), 'haltwire-keys-'));
    keys = openKeyStore(path);
  });
  afterEach(async () => {
    await keys.close();
    rmSync(path, { recursive: true, force: true });
  });

  test('an agent key authenticates exactly its agent, also after a restart', async () => {
    const { secret, info } = await keys.create({ kind: 'agent', agentId: 'deploy-bot' }, 'mira');
    await keys.close();
    keys = openKeyStore(path);
    expect(keys.authenticate(secret)).toEqual({
      kind: 'agent',
      keyId: info.id,
      tenantId: 'default',
      agentId: 'deploy-bot',
    });
  });

  test('a person token carries name and role', async () => {
    const { secret } = await keys.create({ kind: 'person', name: 'mira', role: 'responder' }, 'first start');
    expect(secret).toMatch(/^hwt_[\w-]{43}$/);
    expect(keys.authenticate(secret)).toMatchObject({ kind: 'person', name: 'mira', role: 'responder' });
  });

  test('an unknown, empty or cut token is nobody', async () => {
    const { secret } = await keys.create({ kind: 'agent', agentId: 'deploy-bot' }, 'mira');
    for (const wrong of ['', 'hwk_', secret.slice(0, -1), `${secret} `, 'x'.repeat(5000)]) {
      expect(keys.authenticate(wrong)).toBeUndefined();
    }
  });

  test('a revoked key is nobody, and the others stay', async () => {
    const one = await keys.create({ kind: 'agent', agentId: 'one' }, 'mira');
    const two = await keys.create({ kind: 'agent', agentId: 'two' }, 'mira');
    await keys.revoke(one.info.id);
    expect(keys.authenticate(one.secret)).toBeUndefined();
    expect(keys.authenticate(two.secret)).toMatchObject({ agentId: 'two' });
    expect(keys.list().map(({ id }) => id)).toEqual([two.info.id]);
  });

  test('revoking what is not there names the command that lists keys', async () => {
    await expect(keys.revoke('key_nothing')).rejects.toThrow(/haltwire keys list/);
  });

  test('the last admin cannot be revoked, the one before can', async () => {
    const one = await keys.create({ kind: 'person', name: 'mira', role: 'admin' }, 'first start');
    await expect(keys.revoke(one.info.id)).rejects.toMatchObject({ code: 'HALTWIRE_CONFLICT' });
    await keys.create({ kind: 'person', name: 'jon', role: 'admin' }, 'mira');
    await keys.revoke(one.info.id);
    expect(keys.authenticate(one.secret)).toBeUndefined();
  });

  test('another tenant neither sees nor revokes a key', async () => {
    const { info } = await keys.create({ kind: 'agent', agentId: 'deploy-bot' }, 'mira', 'acme');
    expect(keys.list('other')).toEqual([]);
    await expect(keys.revoke(info.id, 'other')).rejects.toMatchObject({ code: 'HALTWIRE_NOT_FOUND' });
  });

  test('no secret reaches the files', async () => {
    const { secret } = await keys.create({ kind: 'agent', agentId: 'deploy-bot' }, 'mira');
    await keys.close();
    const bytes = Buffer.concat(readdirSync(path).map((name) => readFileSync(join(path, name))));
    expect(bytes.includes('deploy-bot')).toBe(true);
    expect(bytes.includes(secret)).toBe(false);
    expect(bytes.includes(secret.slice(4))).toBe(false);
    keys = openKeyStore(path);
  });
});
