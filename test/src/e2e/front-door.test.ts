import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { InputRecord } from '@haltwire/schemas';
import { TOPIC } from '@haltwire/schemas';
import { openLog } from 'haltwire';
import { expect, it, onTestFinished } from 'vitest';
import { connectAgent, RecordingShell, touch } from '../support/agent.ts';
import { Api } from '../support/api.ts';
import { temporaryFolder } from '../support/folder.ts';
import { OtlpPoster } from '../support/otlp-poster.ts';
import { readTopic } from '../support/read-topic.ts';
import { startServerProcess } from '../support/server-process.ts';

const logs = (...logRecords: unknown[]): string => JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] });
const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const intent = (...more: unknown[]) => ({
  eventName: 'haltwire.intent',
  attributes: [
    text('gen_ai.conversation.id', 'odd'),
    text('gen_ai.tool.call.id', 'c1'),
    text('gen_ai.tool.name', 'shell'),
    text('gen_ai.tool.call.arguments', '{"command":"ls"}'),
    text('haltwire.producer', 'p'),
    { key: 'haltwire.seq', value: { intValue: '0' } },
    text('haltwire.digest', 'a'.repeat(64)),
    ...more,
  ],
});
const JSON_TYPE = { 'content-type': 'application/json' };
const PROTOBUF = { 'content-type': 'application/x-protobuf' };

it('bad input gets the right OTLP answer and harms nobody else', { timeout: 120_000 }, async () => {
  const folder = join(temporaryFolder(), 'data');
  const server = await startServerProcess(folder);
  onTestFinished(() => server.kill());
  const key = server.agentKey ?? '';
  const session = connectAgent(server, key).session({ agent: 'honest', sessionId: 'honest' });
  await session.ready();
  const shell = new RecordingShell(session);
  let working = true;
  const work = (async () => {
    for (let i = 0; working; i += 1) await shell.run(touch(`n${i}`));
    return 'undisturbed';
  })();

  const post = async (body: string | Buffer, headers: Record<string, string>, path = '/v1/logs', token = key) => {
    const authorization = token === '' ? {} : { authorization: `Bearer ${token}` };
    const response = await fetch(server.url + path, {
      method: 'POST',
      headers: { ...authorization, ...headers },
      body: body as never,
    });
    const answer = Buffer.from(await response.arrayBuffer()).toString('latin1');
    return { status: response.status, answer, type: response.headers.get('content-type') ?? '' };
  };

  expect((await post(Buffer.from([0xff, 0x00, 0x13, 0x37, 0xfe]), PROTOBUF)).status).toBe(400);
  expect((await post('{"resourceLogs": [', JSON_TYPE)).status).toBe(400);
  expect((await post('{}', JSON_TYPE)).status).toBe(200);
  expect((await post(Buffer.alloc(0), PROTOBUF)).status).toBe(200);
  expect((await post('x', { 'content-type': 'text/plain' })).status).toBe(415);
  expect((await fetch(`${server.url}/v1/logs`, { headers: { authorization: `Bearer ${key}` } })).status).toBe(405);
  const wrongKey = await post(logs(intent()), JSON_TYPE, '/v1/logs', 'hwk_wrong');
  expect([wrongKey.status, wrongKey.type]).toEqual([401, expect.stringContaining('application/json')]);
  expect((await post(logs(intent()), JSON_TYPE, '/v1/logs', '')).status).toBe(401);
  expect((await post(logs(intent()), JSON_TYPE, '/v1/logs', server.adminToken)).status).toBe(403);
  const bomb = gzipSync(Buffer.alloc(100 * 1024 * 1024));
  expect((await post(bomb, { ...PROTOBUF, 'content-encoding': 'gzip' })).status).toBe(413);
  // The server may answer and hang up before it has read all of it: both are a refusal.
  expect(
    await post(Buffer.alloc(100 * 1024 * 1024, 0x20), JSON_TYPE).then(
      ({ status }) => status,
      () => 413,
    ),
  ).toBe(413);
  const deep = `{"resourceLogs":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
  expect((await post(deep, JSON_TYPE)).status).toBeLessThan(500);
  const deepArguments = intent(text('gen_ai.tool.description', '\ud800 lone'), text('unknown.attribute', 'x'));
  const mixed = await post(
    logs(deepArguments, { eventName: 'haltwire.intent', attributes: [] }, 'not a record'),
    JSON_TYPE,
  );
  expect([mixed.status, JSON.parse(mixed.answer)]).toEqual([
    200,
    { partialSuccess: { rejectedLogRecords: '2', errorMessage: expect.stringMatching(/\w/) } },
  ]);

  // Another agent's name in the event: it is filed under the key's own agent, and that is what is judged.
  await post(logs(intent(text('gen_ai.agent.id', 'somebody-else'), text('gen_ai.conversation.id', 'odd2'))), JSON_TYPE);
  working = false;
  expect(await work).toBe('undisturbed');
  const api = new Api(server.url, server.adminToken ?? '');
  expect((await api.sessions()).every((view) => view.agentId === 'my-agent')).toBe(true);
  const poster = new OtlpPoster(server.url, key);
  await poster.post();
  expect(poster.acknowledged).toHaveLength(1);
  await session.end();
  await server.stop();

  const log = openLog({ path: join(folder, 'log') });
  const inputs = (await readTopic(log.source, TOPIC.inputs)).map(({ value }) => JSON.parse(value) as InputRecord);
  const dead = await readTopic(log.source, TOPIC.dead);
  await log.close();
  expect(inputs.filter((record) => record.type === 'call' && record.sessionId === 'odd')).toHaveLength(1);
  expect(dead.length).toBeGreaterThanOrEqual(1);
});
