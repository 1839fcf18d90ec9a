import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EVENT, GENAI, HALTWIRE, TOPIC } from '@haltwire/schemas';
import { MemoryLog } from '@haltwire/schemas/testing';
import { createTaskTokens, loadSigningKey } from '@haltwire/server';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openTopicKeyStore, type TopicKeyStore } from '../keys/topic-key-store.ts';
import type { RunningRole } from '../role/start-role.ts';
import { memoryRoleLog, testConfig } from '../testing/memory-role-log.ts';
import { startCollectorRole } from './collector-role.ts';

const silent = { info: () => {}, warn: () => {}, error: () => {} };

function sessionStarted(attributes: Record<string, string> = {}): string {
  const all = { [GENAI.conversationId]: 's1', [HALTWIRE.producer]: 'p1', ...attributes };
  const logRecord = {
    eventName: EVENT.sessionStarted,
    attributes: [
      ...Object.entries(all).map(([key, stringValue]) => ({ key, value: { stringValue } })),
      { key: HALTWIRE.seq, value: { intValue: '0' } },
    ],
  };
  return JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [logRecord] }] }] });
}

describe('the collector as a role', () => {
  let folder: string;
  let log: MemoryLog;
  let keys: TopicKeyStore;
  let agentKey: string;
  let collector: RunningRole;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'haltwire-collector-'));
    log = new MemoryLog(3);
    keys = await openTopicKeyStore({ source: log, sink: log, logger: silent });
    agentKey = (await keys.create({ kind: 'agent', agentId: 'deploy-bot' }, 'mira')).secret;
  });
  afterEach(async () => {
    await collector.close();
    await keys.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const start = async (env: Record<string, string> = {}, source = memoryRoleLog(log).source) => {
    collector = await startCollectorRole(testConfig(env), { openLog: () => ({ ...memoryRoleLog(log), source }) });
  };
  const post = (token: string, body = sessionStarted()) =>
    fetch(`${collector.url}/v1/logs`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body,
    });
  const untilReady = async () => {
    while ((await fetch(`${collector.url}/readyz`)).status !== 200)
      await new Promise((resolve) => setImmediate(resolve));
  };
  const inputs = () => [0, 1, 2].flatMap((partition) => log.records(TOPIC.inputs, partition));

  test('takes events of known keys onto the log, and nobody else', async () => {
    await start();
    await untilReady();
    expect((await post(agentKey)).status).toBe(200);
    expect(inputs()).toMatchObject([{ type: 'session', agentId: 'deploy-bot', sessionId: 's1' }]);
    expect((await post(['hwk', 'wrong'].join('_'))).status).toBe(401);
    const text = await (await fetch(`${collector.url}/metrics`)).text();
    expect(text).toMatch(/^haltwire_collector_records_accepted_total 1$/m);
    expect(text).toMatch(/^haltwire_keys_active 1$/m);
    expect(text).not.toContain('deploy-bot');
  });

  test('a key that is made or revoked elsewhere counts here too', async () => {
    await start();
    await untilReady();
    const other = await keys.create({ kind: 'agent', agentId: 'other' }, 'mira');
    while ((await post(other.secret)).status !== 200) await new Promise((resolve) => setImmediate(resolve));
    await keys.revoke(other.info.id);
    while ((await post(other.secret)).status !== 401) await new Promise((resolve) => setImmediate(resolve));
  });

  test('until the keys are there, a good key is asked to come again, never told that it is wrong', async () => {
    const gate = Promise.withResolvers<void>();
    const source = {
      partitions: async () => {
        await gate.promise;
        return log.partitions();
      },
      end: log.end.bind(log),
      read: log.read.bind(log),
    };
    await start({}, source);
    const early = await post(agentKey);
    expect([early.status, early.headers.get('retry-after')]).toEqual([503, '1']);
    expect((await fetch(`${collector.url}/healthz`)).status).toBe(200);
    gate.resolve();
    await untilReady();
    expect((await post(agentKey)).status).toBe(200);
  });

  test('while the log is away: 503 with Retry-After, and nothing is acknowledged', async () => {
    await start();
    await untilReady();
    log.failing = true;
    const away = await post(agentKey);
    expect([away.status, away.headers.get('retry-after')]).toEqual([503, '1']);
    log.failing = false;
    expect((await post(agentKey)).status).toBe(200);
    expect(inputs()).toHaveLength(1);
  });

  test('verifies task tokens with the key of the config', async () => {
    const file = join(folder, 'task-token-key.json');
    const { token } = await createTaskTokens(await loadSigningKey(file)).mint({
      agentId: 'deploy-bot',
      taskId: 'domains',
    });
    await start({ HALTWIRE_TASK_TOKEN_KEY_FILE: file });
    await untilReady();
    expect((await post(agentKey, sessionStarted({ [HALTWIRE.taskToken]: token }))).status).toBe(200);
    expect(inputs()).toMatchObject([{ observed: { task: { id: 'domains' } } }]);
    expect(JSON.stringify(inputs())).not.toContain(token);
  });
});
