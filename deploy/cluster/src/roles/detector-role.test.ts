import { AGENT_SOCKET_PATH, ANALYST_SOCKET_PATH, rootKeyOf, TOPIC } from '@haltwire/schemas';
import { MemoryGroup, MemoryLog } from '@haltwire/schemas/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { openTopicKeyStore, type TopicKeyStore } from '../keys/topic-key-store.ts';
import { type RunningRole, startRole } from '../role/start-role.ts';
import { memoryRoleLog, testConfig } from '../testing/memory-role-log.ts';
import { detectorRole } from './detector-role.ts';

const silent = { info: () => {}, warn: () => {}, error: () => {} };
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('the detector as a role', () => {
  let log: MemoryLog;
  let group: MemoryGroup;
  let keys: TopicKeyStore;
  let running: RunningRole[];
  beforeEach(async () => {
    log = new MemoryLog(4);
    group = new MemoryGroup(4);
    running = [];
    keys = await openTopicKeyStore({ source: log, sink: log, logger: silent });
  });
  afterEach(async () => {
    await Promise.all(running.map((role) => role.close()));
    await keys.close();
  });

  const start = async (env: Record<string, string> = {}) => {
    const role = await startRole(
      detectorRole(() => group.member()),
      testConfig(env),
      {
        openLog: () => memoryRoleLog(log),
      },
    );
    running.push(role);
    while ((await fetch(`${role.url}/readyz`)).status !== 200) await turn();
    return role;
  };
  const ask = async (role: RunningRole, path: string, token: string, init: RequestInit = {}) =>
    fetch(role.url + path, {
      ...init,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    });
  const gauge = async (role: RunningRole, name: string) =>
    Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(await (await fetch(`${role.url}/metrics`)).text())?.[1]);
  const connect = (role: RunningRole, path: string, token: string) =>
    new Promise<string>((resolve) => {
      const socket = new WebSocket(role.url.replace('http', 'ws') + path, {
        headers: { authorization: `Bearer ${token}` },
      });
      socket.once('open', () => {
        socket.terminate();
        resolve('open');
      });
      socket.once('unexpected-response', (_request, response) => resolve(String(response.statusCode)));
      socket.once('error', () => {});
    });

  test('two share the partitions, and the one that stays has all of them', async () => {
    const first = await start();
    const second = await start();
    while ((await gauge(first, 'haltwire_detector_partitions_live')) !== 2) await turn();
    while ((await gauge(second, 'haltwire_detector_partitions_live')) !== 2) await turn();
    await running.shift()?.close();
    while ((await gauge(second, 'haltwire_detector_partitions_live')) !== 4) await turn();
  });

  test('a key that is made at one opens a socket at the other, and none once it is revoked', async () => {
    const admin = await keys.create({ kind: 'person', name: 'mira', role: 'admin' }, 'test');
    const [first, second] = [await start(), await start()];
    const made = await ask(first, '/v1/keys', admin.secret, {
      method: 'POST',
      body: JSON.stringify({ kind: 'agent', agentId: 'deploy-bot' }),
    });
    expect(made.status).toBe(201);
    const { secret, id } = (await made.json()) as { secret: string; id: string };
    while ((await connect(second, AGENT_SOCKET_PATH, secret)) !== 'open') await turn();
    expect(await connect(second, ANALYST_SOCKET_PATH, secret)).toBe('403');
    expect((await ask(first, `/v1/keys/${id}`, admin.secret, { method: 'DELETE', body: '{}' })).status).toBe(204);
    while ((await connect(second, AGENT_SOCKET_PATH, secret)) !== '401') await turn();
  });

  test('signs task tokens only where the settings name their key, and says how', async () => {
    const admin = await keys.create({ kind: 'person', name: 'mira', role: 'admin' }, 'test');
    const role = await start();
    const body = JSON.stringify({ agentId: 'deploy-bot', taskId: 'upgrade' });
    const refused = await ask(role, '/v1/task-tokens', admin.secret, { method: 'POST', body });
    expect([refused.status, JSON.stringify(await refused.json())]).toEqual([
      503,
      expect.stringContaining('taskTokenKeyFile'),
    ]);
  });

  test('is not ready while the log is away, and answers all the same', async () => {
    log.failing = true;
    const role = await startRole(
      detectorRole(() => group.member()),
      testConfig(),
      { openLog: () => memoryRoleLog(log) },
    );
    running.push(role);
    expect((await fetch(`${role.url}/readyz`)).status).toBe(503);
    expect((await fetch(`${role.url}/healthz`)).status).toBe(200);
    expect((await ask(role, '/v1/sessions', 'nobody')).status).toBe(503);
    expect(await connect(role, AGENT_SOCKET_PATH, 'nobody')).toBe('503');
    log.failing = false;
    while ((await fetch(`${role.url}/readyz`)).status !== 200) await turn();
    expect(await connect(role, AGENT_SOCKET_PATH, 'nobody')).toBe('401');
  });

  test('hands its partitions over with a snapshot: who comes next judges nothing again', async () => {
    await start();
    const key = rootKeyOf({ tenantId: 'default', rootAgentId: 'a' });
    const record = { type: 'session', v: 1, eventId: 'evt_1', tenantId: 'default', agentId: 'a', rootAgentId: 'a' };
    const value = JSON.stringify({
      ...record,
      sessionId: 's1',
      origin: 'sdk',
      phase: 'started',
      claimed: {},
      observed: { keyId: 'k', transport: 'otlp/http+json', bytes: 1 },
    });
    const partition = log.partitionOf(key);
    await log.append(TOPIC.inputs, [{ key, value }]);
    while (log.entries(TOPIC.sessions, partition).length === 0) await turn();
    await running.shift()?.close();
    const { position } = await log.load(partition);
    expect(position?.offset).toBe(log.entries(TOPIC.inputs, partition).length - 1);
  });
});
