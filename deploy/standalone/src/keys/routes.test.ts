import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKeyRoutes, createTaskTokens, type KeyStore, loadSigningKey, type TaskTokens } from '@haltwire/server';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openKeyStore } from './key-store.ts';

describe('keys over HTTP', () => {
  let folder: string;
  let keys: KeyStore;
  let taskTokens: TaskTokens;
  let app: FastifyInstance;
  let admin: string;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'haltwire-routes-'));
    keys = openKeyStore(join(folder, 'keys'));
    taskTokens = createTaskTokens(await loadSigningKey(join(folder, 'key.json')));
    app = Fastify();
    await app.register(createKeyRoutes({ keys: () => keys, taskTokens }));
    admin = (await keys.create({ kind: 'person', name: 'mira', role: 'admin' }, 'first start')).secret;
  });
  afterEach(async () => {
    await app.close();
    await keys.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const ask = (token: string, method: 'GET' | 'POST' | 'DELETE', url: string, payload?: object) =>
    app.inject({
      method,
      url,
      headers: { authorization: `Bearer ${token}` },
      ...(payload === undefined ? {} : { payload }),
    });

  test('an admin makes a key, sees it without its secret, and revokes it', async () => {
    const made = await ask(admin, 'POST', '/v1/keys', { kind: 'agent', agentId: 'deploy-bot' });
    expect(made.statusCode).toBe(201);
    const { id, secret } = made.json();
    expect(keys.authenticate(secret)).toMatchObject({ agentId: 'deploy-bot' });
    const list = await ask(admin, 'GET', '/v1/keys');
    expect(list.body).toContain(id);
    expect(list.body).not.toContain(secret);
    expect((await ask(admin, 'DELETE', `/v1/keys/${id}`)).statusCode).toBe(204);
    expect(keys.authenticate(secret)).toBeUndefined();
    expect((await ask(admin, 'DELETE', `/v1/keys/${id}`)).statusCode).toBe(404);
  });

  test('an admin makes a task token that the collector can verify', async () => {
    const made = await ask(admin, 'POST', '/v1/task-tokens', { agentId: 'deploy-bot', taskId: 'domains' });
    expect(made.statusCode).toBe(201);
    const agent = { tenantId: 'default', agentId: 'deploy-bot' };
    expect(await taskTokens.verify(made.json().token, agent)).toMatchObject({ taskId: 'domains' });
  });

  test.each(['viewer', 'responder'] as const)('a %s may do none of it', async (role) => {
    const { secret } = await keys.create({ kind: 'person', name: 'jon', role }, 'mira');
    const answers = await Promise.all([
      ask(secret, 'GET', '/v1/keys'),
      ask(secret, 'POST', '/v1/keys', { kind: 'agent', agentId: 'x' }),
      ask(secret, 'DELETE', '/v1/keys/tok_1'),
      ask(secret, 'POST', '/v1/task-tokens', { agentId: 'x', taskId: 'y' }),
    ]);
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([403, 403, 403, 403]);
  });

  test('an agent key makes no keys, and an unknown token is nobody', async () => {
    const { secret } = await keys.create({ kind: 'agent', agentId: 'deploy-bot' }, 'mira');
    expect((await ask(secret, 'POST', '/v1/keys', { kind: 'agent', agentId: 'x' })).statusCode).toBe(403);
    expect((await ask('hwt_wrong', 'GET', '/v1/keys')).statusCode).toBe(401);
    expect((await app.inject('/v1/keys')).statusCode).toBe(401);
  });

  test('a wrong body names its field', async () => {
    const answer = await ask(admin, 'POST', '/v1/keys', { kind: 'person', name: 'jon', role: 'boss' });
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code: 'HALTWIRE_BAD_REQUEST', message: expect.stringContaining('role') });
  });
});
