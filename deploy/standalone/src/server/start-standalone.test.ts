import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AGENT_SOCKET_PATH, ANALYST_SOCKET_PATH, EVENT, GENAI, HALTWIRE } from '@haltwire/schemas';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type Standalone, startStandalone } from './start-standalone.ts';

describe('the standalone server', () => {
  let dataDir: string;
  let server: Standalone;
  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'haltwire-server-'));
    server = await startStandalone({ dataDir, port: 0, quiet: true });
  });
  afterEach(async () => {
    await server.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const ask = (path: string, token = '', init: RequestInit = {}) =>
    fetch(`${server.url}${path}`, { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } });
  const firstKeys = () => {
    if (server.firstStart === undefined) throw new Error('this was not the first start');
    return server.firstStart;
  };
  const connect = (path: string, token: string) =>
    new Promise<string>((resolve) => {
      const socket = new WebSocket(`${server.url.replace('http', 'ws')}${path}`, {
        headers: { authorization: `Bearer ${token}` },
      });
      socket.once('open', () => {
        socket.close();
        resolve('open');
      });
      socket.once('unexpected-response', (_request, response) => resolve(String(response.statusCode)));
      socket.once('error', () => {});
    });

  test('is ready as soon as it listens', async () => {
    expect((await ask('/healthz')).status).toBe(200);
    const ready = await ask('/readyz');
    expect(ready.status).toBe(200);
    expect(await ready.json()).toMatchObject({ ready: true });
  });

  test('tells its metrics to anybody, and nothing secret among them', async () => {
    const { adminToken, agentKey } = firstKeys();
    await ask('/v1/logs', agentKey, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } });
    const answer = await fetch(`${server.url}/metrics`);
    const text = await answer.text();
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
    expect(text).toMatch(/^haltwire_collector_requests_answered_total\{status="200"\} 1$/m);
    expect(text).toMatch(/^haltwire_detector_verdicts_sent_total 0$/m);
    expect(text).toMatch(/^haltwire_log_commits_total [1-9]/m);
    expect(text).toMatch(/^haltwire_log_end\{topic="agent\.inputs"\} [1-9]/m);
    expect(text).toMatch(/^process_resident_memory_bytes [1-9]/m);
    for (const secret of [adminToken, agentKey, dataDir, 'my-agent']) expect(text).not.toContain(secret);
  });

  test('a path that is not there is answered as every error is, without its query', async () => {
    const answer = await ask('/?token=x');
    expect(answer.status).toBe(404);
    expect(await answer.json()).toEqual({
      code: 'HALTWIRE_NOT_FOUND',
      message: 'There is no GET / here: check the path.',
    });
  });

  test('hands out an admin token and an agent key at the first start, and never again', async () => {
    const { adminToken, agentKey } = firstKeys();
    expect((await ask('/v1/keys', adminToken)).status).toBe(200);
    expect((await ask('/v1/keys', agentKey)).status).toBe(403);
    await server.close();
    server = await startStandalone({ dataDir, port: 0, quiet: true });
    expect(server.firstStart).toBeUndefined();
    expect((await ask('/v1/keys', adminToken)).status).toBe(200);
  });

  test('a second server on the same folder is refused, and the first goes on', async () => {
    await expect(startStandalone({ dataDir, port: 0, quiet: true })).rejects.toMatchObject({
      code: 'HALTWIRE_CONFLICT',
      message: expect.stringContaining(dataDir),
    });
    expect((await ask('/readyz')).status).toBe(200);
  });

  test('a port in use is named, and nothing stays locked', async () => {
    const other = mkdtempSync(join(tmpdir(), 'haltwire-server-'));
    const port = Number(new URL(server.url).port);
    await expect(startStandalone({ dataDir: other, port, quiet: true })).rejects.toThrow(/--port/);
    const second = await startStandalone({ dataDir: other, port: 0, quiet: true });
    await second.close();
    rmSync(other, { recursive: true, force: true });
  });

  test('each socket takes its own kind of caller only', async () => {
    const { adminToken, agentKey } = firstKeys();
    expect(await connect(AGENT_SOCKET_PATH, agentKey)).toBe('open');
    expect(await connect(ANALYST_SOCKET_PATH, adminToken)).toBe('open');
    expect(await connect(ANALYST_SOCKET_PATH, agentKey)).toBe('403');
    expect(await connect(AGENT_SOCKET_PATH, 'hwk_wrong')).toBe('401');
    expect(await connect('/v1/other', adminToken)).toBe('404');
  });

  test('closes while sockets are open, and a policy that was answered is there after a restart', async () => {
    const { adminToken } = firstKeys();
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}${ANALYST_SOCKET_PATH}`, {
      headers: { authorization: `Bearer ${adminToken}` },
    });
    await new Promise((resolve) => socket.once('message', resolve));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    const body = JSON.stringify({ version: 1, tasks: { upgrade: { environment: 'staging' } } });
    const put = { method: 'PUT', headers: { 'content-type': 'application/json' }, body };
    expect((await ask('/v1/policy', adminToken, put)).status).toBe(200);
    await server.close();
    await closed;
    server = await startStandalone({ dataDir, port: 0, quiet: true });
    const stored = (await (await ask('/v1/policy', adminToken)).json()) as { policy: { tasks: object } };
    expect(Object.keys(stored.policy.tasks)).toEqual(['upgrade']);
  });

  test('what an agent sends is in the history', async () => {
    const { adminToken, agentKey } = firstKeys();
    await server.historySettled;
    const attribute = (key: string, value: object) => ({ key, value });
    const logRecord = {
      timeUnixNano: '1',
      eventName: EVENT.sessionStarted,
      attributes: [
        attribute(GENAI.conversationId, { stringValue: 's1' }),
        attribute(HALTWIRE.seq, { intValue: '0' }),
        attribute(HALTWIRE.producer, { stringValue: 'p1' }),
      ],
    };
    const body = JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [logRecord] }] }] });
    const sent = await ask('/v1/logs', agentKey, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(sent.status).toBe(200);
    let entries: { record: { type: string; agentId: string } }[] = [];
    // The archiver works in the background: asked again until it has caught up.
    while (!entries.some(({ record }) => record.type === 'session')) {
      const answer = await ask(`/v1/history?sessionKey=default/my-agent/s1`, adminToken);
      if (answer.ok) ({ entries } = (await answer.json()) as { entries: typeof entries });
    }
    expect(entries[0]).toMatchObject({ topic: 'agent.inputs', record: { agentId: 'my-agent', sessionId: 's1' } });
  });

  test('history is for people and names a wrong session key', async () => {
    const { adminToken, agentKey } = firstKeys();
    await server.historySettled;
    expect((await ask('/v1/history?sessionKey=default/a/b', agentKey)).status).toBe(403);
    expect((await ask('/v1/history?sessionKey=nonsense', adminToken)).status).toBe(400);
    expect((await ask('/v1/history?sessionKey=other/a/b', adminToken)).status).toBe(404);
  });
});
