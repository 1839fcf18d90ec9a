import { type CallEvent, fingerprintOf, inputRecordSchema, TOPIC } from '@haltwire/schemas';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { attributes, type Door, event, intent, logsRequest, openDoor, tracesRequest } from '../testing/door.ts';

let door: Door;
beforeAll(async () => {
  door = await openDoor();
});
afterAll(() => door.close());
beforeEach(() => {
  door.log.entries(TOPIC.inputs).length = 0;
  door.log.entries(TOPIC.dead).length = 0;
});

type Written = Omit<CallEvent, 'type' | 'phase'> & { type: string; phase: string };

async function written(body: string, path = '/v1/logs'): Promise<Written[]> {
  const answer = await door.send({ path, body });
  expect([answer.status, answer.json()]).toEqual([200, {}]);
  const records = door.log.records(TOPIC.inputs) as Written[];
  for (const record of records) inputRecordSchema.parse(record);
  return records;
}

const secret = 'Zk3Qw7xJ'.concat('mP0vLr9tYb2n');

describe('an event of ours', () => {
  it('becomes a record of the authenticated agent, with each claim in its place', async () => {
    const digest = 'ab'.repeat(32);
    const [record] = await written(
      logsRequest(
        intent(7, {
          'gen_ai.agent.name': 'deployer bot',
          'gen_ai.agent.id': 'somebody-else',
          'gen_ai.tool.call.arguments': JSON.stringify({ command: 'rm -rf /srv/data' }),
          'haltwire.cwd': '/srv',
          'haltwire.digest': digest,
          'haltwire.session.nonce': 'n1',
          'haltwire.task.id': 'staging',
          'haltwire.environment': 'staging',
          'haltwire.mode': 'plan',
          'haltwire.read_only': true,
          'haltwire.lease': '12/3',
          'haltwire.targets': JSON.stringify([
            { resolver: 'railway', system: 'railway', environment: 'production', evidence: 'linked project' },
          ]),
          'an.unknown.attribute': 1,
        }),
      ),
    );
    expect(record).toMatchObject({
      type: 'call',
      phase: 'intent',
      origin: 'sdk',
      tenantId: 'default',
      agentId: 'deployer',
      rootAgentId: 'deployer',
      sessionId: 's1',
      producer: 'p1',
      seq: 7,
      callId: 'c7',
      observed: { keyId: 'k1', transport: 'otlp/http+json' },
    });
    expect(record?.claimed).toEqual({
      agentId: 'somebody-else',
      agentName: 'deployer bot',
      tool: { name: 'shell' },
      arguments: { command: 'rm -rf /srv/data' },
      cwd: '/srv',
      digest,
      sessionNonce: 'n1',
      taskId: 'staging',
      environment: 'staging',
      mode: 'plan',
      readOnly: true,
      lease: { epoch: 12, postureEpoch: 3 },
      targets: [{ resolver: 'railway', system: 'railway', environment: 'production', evidence: 'linked project' }],
      time: 1767225600000,
    });
    expect(record?.observed.bytes).toBeGreaterThan(300);
    expect(record?.derived.effects[record.derived.worst]?.verb).toBe('delete');
    expect(record?.derived.readOnly).toBe(false);
  });

  it('keeps its place in the sender’s tracing only when both ids are there', async () => {
    const ids = { traceId: '0123456789abcdef0123456789abcdef', spanId: '0123456789abcdef' };
    const traced = (extra: object) => ({ ...(intent(0) as object), ...extra });
    const records = await written(
      logsRequest(traced(ids), traced({ traceId: ids.traceId }), traced({ ...ids, traceId: '0'.repeat(32) })),
    );
    expect(records.map((record) => record.claimed.trace)).toEqual([ids, undefined, undefined]);
  });

  it('says what its session may do from now on, and another word than the known ones is no mode', async () => {
    const changed = (mode: string) => event('haltwire.session.changed', { 'haltwire.seq': 3, 'haltwire.mode': mode });
    const [record] = await written(logsRequest(changed('read-only')));
    expect([record?.type, record?.phase, record?.claimed.mode]).toEqual(['session', 'changed', 'read-only']);
    await door.send({ body: logsRequest(changed('careful')) });
    expect(door.log.records(TOPIC.dead)).toMatchObject([
      { reason: 'invalid-field', message: expect.stringContaining('haltwire.mode') },
    ]);
  });

  it('of every phase is taken, and a repeated one has the same id', async () => {
    const call = { 'gen_ai.tool.call.id': 'c1', 'gen_ai.tool.name': 'shell' };
    const body = logsRequest(
      event('haltwire.session.started', { 'haltwire.seq': 0, 'haltwire.task.text': 'deploy staging' }),
      event('haltwire.intent', { ...call, 'haltwire.seq': 1 }),
      event('haltwire.started', { ...call, 'haltwire.seq': 2 }),
      event('haltwire.result', {
        ...call,
        'haltwire.seq': 3,
        'haltwire.status': 'error',
        'error.type': '403',
        'gen_ai.tool.call.result': 'Not Authorized',
      }),
      event('haltwire.abandoned', { ...call, 'haltwire.seq': 4, 'haltwire.reason': 'denied' }),
      event('haltwire.session.ended', { 'haltwire.seq': 5 }),
    );
    await written(body);
    const records = await written(body);
    const ids = records.map((record) => record.eventId);
    expect(ids.slice(0, 6)).toEqual(ids.slice(6));
    expect(new Set(ids).size).toBe(6);
    expect(records.slice(0, 6).map((record) => `${record.type} ${record.phase}`)).toEqual([
      'session started',
      'call intent',
      'call started',
      'call result',
      'call abandoned',
      'session ended',
    ]);
    expect(records[3]).toMatchObject({
      claimed: { status: 'error', errorType: '403', resultText: 'Not Authorized' },
      derived: { outcome: { class: 'authorization' } },
    });
  });

  it('with a task token has its verified task, and the token is nowhere in the log', async () => {
    const start = (task: string, extra: Record<string, string | number> = {}) =>
      event('haltwire.session.started', { 'haltwire.task.token': task, ...extra });
    const records = await written(logsRequest(start('grant:scratch'), start('forged')));
    expect(records[0]?.observed.task).toEqual({ id: 'scratch', tokenId: 'tt1' });
    expect(records[1]?.observed.task).toBeUndefined();
    await door.send({ body: logsRequest(start('grant:scratch', { 'haltwire.seq': 'wrong' })) });
    expect(door.log.records(TOPIC.dead)).toHaveLength(1);
    const everything = JSON.stringify([door.log.records(TOPIC.inputs), door.log.records(TOPIC.dead)]);
    expect(everything).not.toContain('grant:');
    expect(everything).not.toContain('forged');
    expect(door.collector.metrics()).toMatchObject({ 'task_tokens.verified': 1, 'task_tokens.refused': 1 });
  });

  it('is redacted again, and what was found is added to what the sender tells', async () => {
    const claimed = { fingerprint: fingerprintOf('another'), kind: 'password' };
    const [call, result] = await written(
      logsRequest(
        intent(0, {
          'gen_ai.tool.call.arguments': JSON.stringify({
            command: `curl -H "Authorization: Bearer ${secret}" https://api.host`,
          }),
          'haltwire.credentials': JSON.stringify([claimed]),
        }),
        event('haltwire.result', {
          'haltwire.seq': 1,
          'gen_ai.tool.call.id': 'c0',
          'gen_ai.tool.name': 'read_file',
          'gen_ai.tool.call.result': `API_TOKEN=${secret}`,
          'haltwire.secrets_seen': JSON.stringify([claimed]),
          'haltwire.reason': `because token=${secret}`,
        }),
      ),
    );
    expect(JSON.stringify(door.log.records(TOPIC.inputs))).not.toContain(secret);
    const both = [fingerprintOf(secret), claimed.fingerprint].sort();
    expect(call?.derived.credentials.map((one) => one.fingerprint).sort()).toEqual(both);
    expect(result?.derived.secretsSeen.map((one) => one.fingerprint).sort()).toEqual(both);
  });

  it('keeps no secret that the sender puts beside a fingerprint', async () => {
    const claimed = {
      fingerprint: fingerprintOf('x'),
      kind: `token=${secret}`,
      where: `Authorization: Bearer ${secret}`,
    };
    const lists = JSON.stringify([claimed]);
    const request = logsRequest(intent(0, { 'haltwire.credentials': lists, 'haltwire.secrets_seen': lists }));
    await door.send({ body: request });
    expect(JSON.stringify([door.log.records(TOPIC.inputs), door.log.records(TOPIC.dead)])).not.toContain(secret);
  });

  it.each(['gen_ai.conversation.id', 'gen_ai.tool.call.id', 'haltwire.producer'])(
    'whose %s holds a secret is rejected, and the secret is nowhere',
    async (name) => {
      const answer = await door.send({ body: logsRequest(intent(0, { [name]: `token=${secret}` })) });
      expect(answer.json()).toMatchObject({ partialSuccess: { errorMessage: expect.stringContaining(name) } });
      expect(door.log.records(TOPIC.inputs)).toEqual([]);
      expect(JSON.stringify(door.log.records(TOPIC.dead))).not.toContain(secret);
    },
  );

  it('that says one thing twice is rejected: what is judged must be what was meant', async () => {
    const once = intent(0) as { attributes: unknown[] };
    const twice = { ...once, attributes: [...once.attributes, ...attributes({ 'gen_ai.tool.name': 'read_file' })] };
    const answer = await door.send({ body: logsRequest(twice) });
    expect(answer.json()).toMatchObject({ partialSuccess: { errorMessage: expect.stringContaining('twice') } });
    expect(door.log.records(TOPIC.inputs)).toEqual([]);
  });

  it('reads credentials from placeholders that the sender put in', async () => {
    const fingerprint = fingerprintOf('x');
    const [record] = await written(
      logsRequest(
        intent(0, {
          'gen_ai.tool.call.arguments': JSON.stringify({ command: `tool --token hwsecret.token.${fingerprint}` }),
        }),
      ),
    );
    expect(record?.derived.credentials.map((one) => one.fingerprint)).toContain(fingerprint);
    expect(record?.claimed.arguments).toEqual({ command: `tool --token hwsecret.token.${fingerprint}` });
  });

  it('with claims that are too long is cut and says so', async () => {
    const [record, long] = await written(
      logsRequest(
        intent(0, { 'haltwire.cwd': `/${'a'.repeat(2000)}` }),
        intent(1, {
          'gen_ai.tool.call.arguments': JSON.stringify({ command: `echo ${'x '.repeat(300_000)}; rm -rf /` }),
        }),
      ),
    );
    expect(record?.claimed.cwd).toHaveLength(1024);
    expect(record?.observed.truncated).toBe(true);
    expect(long?.observed.truncated).toBe(true);
    expect(long?.derived.readOnly).toBe(false);
    expect(JSON.stringify(long).length).toBeLessThan(400_000);
  });

  it('keeps only the beginning of a long result but sees the secrets behind it', async () => {
    const [record] = await written(
      logsRequest(
        event('haltwire.result', {
          'gen_ai.tool.call.id': 'c1',
          'gen_ai.tool.call.result': `${'line\n'.repeat(4000)}API_TOKEN=${secret}`,
        }),
      ),
    );
    expect(record?.claimed.resultText).toHaveLength(8192);
    expect(record?.observed.truncated).toBe(true);
    expect(record?.derived.secretsSeen.map((one) => one.fingerprint)).toEqual([fingerprintOf(secret)]);
  });

  it('with lone surrogates is well formed on the log', async () => {
    const body = logsRequest(
      intent(0, {
        'gen_ai.tool.call.arguments': '{"a\\ud800":"\\udfff x"}',
        'haltwire.cwd': '/\ud800',
        'gen_ai.tool.call.id': 'c\udc00',
      }),
    );
    const [record] = await written(body);
    for (const { value } of door.log.entries(TOPIC.inputs)) {
      expect(value.isWellFormed()).toBe(true);
      expect(value).not.toMatch(/\\ud[89a-f]/i);
    }
    expect(record?.claimed.arguments).toEqual({ 'a\ufffd': '\ufffd x' });
  });

  it('that passes always passes the contract, whatever its claims hold', async () => {
    const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 40 }), fc.json(), fc.constant('x'.repeat(9000)));
    const credential = fc.record({ fingerprint: fc.constantFrom(fingerprintOf('a'), 'no'), kind: text });
    const values = fc.record(
      {
        'gen_ai.tool.name': text,
        'gen_ai.tool.type': text,
        'gen_ai.tool.description': text,
        'gen_ai.tool.call.arguments': text,
        'gen_ai.tool.call.result': text,
        'gen_ai.agent.id': text,
        'gen_ai.agent.version': text,
        'haltwire.cwd': text,
        'haltwire.reason': text,
        'haltwire.task.text': text,
        'haltwire.task.token': text,
        'haltwire.session.nonce': text,
        'haltwire.targets': fc.oneof(
          text,
          fc.array(fc.record({ resolver: text, system: text, evidence: text })).map((list) => JSON.stringify(list)),
        ),
        'haltwire.credentials': fc.oneof(
          text,
          fc.array(credential, { maxLength: 80 }).map((list) => JSON.stringify(list)),
        ),
        'haltwire.lease': fc.constantFrom('1/2', '1', 'a/b', '999999999999999/0'),
        'haltwire.status': fc.constantFrom('ok', 'error', 'other'),
        'error.type': text,
      },
      { requiredKeys: ['gen_ai.tool.name'] },
    );
    const names = fc.constantFrom(
      'haltwire.intent',
      'haltwire.result',
      'haltwire.started',
      'haltwire.abandoned',
      'haltwire.session.started',
      'haltwire.session.changed',
      'haltwire.session.ended',
    );
    await fc.assert(
      fc.asyncProperty(names, values, async (name, claims) => {
        await door.send({ body: logsRequest(event(name, { 'gen_ai.tool.call.id': 'c1', ...claims })) });
        for (const record of door.log.records(TOPIC.inputs)) inputRecordSchema.parse(record);
        for (const dead of door.log.records(TOPIC.dead)) {
          // A record that passed the reader must never fail at the contract: that would be our fault, not the sender's.
          expect((dead as { message: string }).message).not.toContain('contract');
        }
        door.log.entries(TOPIC.inputs).length = 0;
        door.log.entries(TOPIC.dead).length = 0;
      }),
      { numRuns: 300 },
    );
  });
});

describe('a span', () => {
  const ids = { traceId: 'AB'.repeat(16), spanId: 'cd'.repeat(8) };
  const span = (values: Record<string, string | number | boolean>, extra: object = {}) => ({
    ...ids,
    name: 'execute_tool shell',
    endTimeUnixNano: '1767225600000000000',
    attributes: attributes({ 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'shell', ...values }),
    ...extra,
  });

  it('of a tool call is a witness of the call result', async () => {
    const [record] = await written(
      tracesRequest(
        span({
          'gen_ai.tool.call.id': 'c1',
          'gen_ai.conversation.id': 's1',
          'gen_ai.tool.call.arguments': '{"command":"ls"}',
          'gen_ai.tool.call.result': 'a b',
        }),
      ),
      '/v1/traces',
    );
    expect(record).toMatchObject({
      type: 'call',
      phase: 'result',
      origin: 'span',
      callId: 'c1',
      sessionId: 's1',
      claimed: { arguments: { command: 'ls' }, status: 'ok', resultText: 'a b', time: 1767225600000 },
    });
    expect(record?.seq).toBeUndefined();
  });

  it('keeps its place in the sender’s tracing, and how long it took', async () => {
    const times = { startTimeUnixNano: '1767225599750000000', parentSpanId: 'EF'.repeat(8) };
    const [inner, root, backwards] = await written(
      tracesRequest(
        span({ 'gen_ai.conversation.id': 's1' }, times),
        span({ 'gen_ai.conversation.id': 's1' }, { parentSpanId: '' }),
        span({ 'gen_ai.conversation.id': 's1' }, { startTimeUnixNano: '1767225600750000000' }),
      ),
      '/v1/traces',
    );
    const place = { traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8) };
    expect(inner?.claimed.trace).toEqual({ ...place, parentSpanId: 'ef'.repeat(8), durationMs: 250 });
    expect(root?.claimed.trace).toEqual(place);
    expect(backwards?.claimed.trace).toEqual(place);
  });

  it('without ids of its own goes by session, trace and span id, and may fail', async () => {
    const records = await written(
      tracesRequest(
        span({ 'session.id': 'session 1' }),
        span({}, { status: { code: 2 } }),
        span({ 'error.type': 'timeout' }),
      ),
      '/v1/traces',
    );
    expect(records.map((record) => [record.sessionId, record.callId, record.claimed.status])).toEqual([
      ['session 1', 'cd'.repeat(8), 'ok'],
      ['ab'.repeat(16), 'cd'.repeat(8), 'error'],
      ['ab'.repeat(16), 'cd'.repeat(8), 'error'],
    ]);
  });

  it('may carry its arguments as a kvlist or as a bare string', async () => {
    const kvlist = {
      key: 'gen_ai.tool.call.arguments',
      value: { kvlistValue: { values: [{ key: 'command', value: { stringValue: 'rm -rf /srv' } }] } },
    };
    const withList = span({});
    withList.attributes.push(kvlist);
    const records = await written(
      tracesRequest(withList, span({ 'gen_ai.tool.call.arguments': 'DROP TABLE customers' })),
      '/v1/traces',
    );
    expect(records.map((record) => record.claimed.arguments)).toEqual([
      { command: 'rm -rf /srv' },
      'DROP TABLE customers',
    ]);
    expect(records[0]?.derived.effects.map((effect) => effect.verb)).toContain('delete');
  });

  it("does not claim to be one of our agents by its emitter's agent id", async () => {
    const [record] = await written(
      tracesRequest(span({ 'gen_ai.agent.id': 'asst_1', 'gen_ai.agent.name': 'helper' })),
      '/v1/traces',
    );
    expect(record?.claimed).toMatchObject({ agentName: 'helper' });
    expect(record?.claimed.agentId).toBeUndefined();
  });

  it('of anything else is ignored, and one of a tool call without a name is rejected', async () => {
    const ignored = { ...ids, name: 'chat gpt', attributes: attributes({ 'gen_ai.operation.name': 'chat' }) };
    const nameless = {
      ...ids,
      name: 'execute_tool',
      attributes: attributes({ 'gen_ai.operation.name': 'execute_tool' }),
    };
    const answer = await door.send({ path: '/v1/traces', body: tracesRequest(ignored, nameless, span({})) });
    expect(answer.json()).toMatchObject({
      partialSuccess: { rejectedSpans: '1', errorMessage: expect.stringContaining('gen_ai.tool.name') },
    });
    expect(door.log.records(TOPIC.inputs)).toHaveLength(1);
  });
});
