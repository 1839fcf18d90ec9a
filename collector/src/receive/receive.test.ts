import http from 'node:http';
import zlib from 'node:zlib';
import { TOPIC } from '@haltwire/schemas';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  type Door,
  event,
  intent,
  logsRequest,
  openDoor,
  otherAgentKey,
  personToken,
  tracesRequest,
} from '../testing/door.ts';

const doors: Door[] = [];
async function open(...options: Parameters<typeof openDoor>): Promise<Door> {
  const door = await openDoor(...options);
  doors.push(door);
  return door;
}
afterEach(async () => {
  await Promise.all(doors.splice(0).map((door) => door.close()));
});

/** Every received record ends in exactly one way. */
function expectBalance(metrics: Record<string, number>): void {
  const sum = (prefix: string): number =>
    Object.entries(metrics).reduce((total, [name, count]) => total + (name.startsWith(prefix) ? count : 0), 0);
  expect(sum('records.accepted') + sum('records.rejected.') + sum('records.ignored.')).toBe(
    metrics['records.received'] ?? 0,
  );
}

describe('a request', () => {
  it('is answered 200 with an empty message in its own encoding when all is well', async () => {
    const door = await open();
    const json = await door.send({
      body: logsRequest(intent(0)),
      headers: { 'content-type': 'application/json; charset=utf-8' },
    });
    expect([json.status, json.headers['content-type'], json.json()]).toEqual([200, 'application/json', {}]);
    const proto = await door.send({ headers: { 'content-type': 'application/x-protobuf' }, body: new Uint8Array() });
    expect([proto.status, proto.headers['content-type'], proto.body.length]).toEqual([
      200,
      'application/x-protobuf',
      0,
    ]);
    expect((await door.send({ body: '{}' })).status).toBe(200);
    expect((await door.send({ path: '/v1/traces', body: '{"resourceSpans":[]}' })).status).toBe(200);
    expect(door.log.records(TOPIC.inputs)).toHaveLength(1);
  });

  it("without a key is refused with 401, with a wrong one with 401, with a person's token with 403", async () => {
    const door = await open();
    const none = await door.send({ body: '{}', headers: { authorization: '' } });
    expect([none.status, none.headers['www-authenticate'], none.json()]).toMatchObject([401, 'Bearer', { code: 16 }]);
    expect((await door.send({ body: '{}', headers: { authorization: 'Bearer nobody' } })).status).toBe(401);
    expect((await door.send({ body: '{}', headers: { authorization: 'Basic YTpi' } })).status).toBe(401);
    const person = await door.send({ body: '{}', headers: { authorization: `Bearer ${personToken}` } });
    expect([person.status, person.json()]).toMatchObject([403, { code: 7 }]);
    const proto = await door.send({ headers: { authorization: '', 'content-type': 'application/x-protobuf' } });
    expect(proto.headers['content-type']).toBe('application/x-protobuf');
    expect(proto.body.subarray(0, 2)).toEqual(Buffer.from([8, 16]));
    expect(door.log.records(TOPIC.inputs)).toEqual([]);
  });

  it('by another method is refused with 405, of another type with 415', async () => {
    const door = await open();
    for (const method of ['GET', 'PUT', 'DELETE', 'PATCH']) {
      const answer = await door.send({ method });
      expect([answer.status, answer.headers.allow]).toEqual([405, 'POST']);
    }
    for (const type of ['text/plain', 'application/xml', 'application/jsonx', '']) {
      expect((await door.send({ body: '{}', headers: { 'content-type': type } })).status).toBe(415);
    }
    expect((await door.send({ body: '{}', headers: { 'content-encoding': 'compress' } })).status).toBe(415);
  });

  it('may be compressed with gzip, deflate, brotli or zstd, and may be chunked', async () => {
    const door = await open();
    const body = logsRequest(intent(0));
    const compressed = {
      gzip: zlib.gzipSync(body),
      deflate: zlib.deflateSync(body),
      br: zlib.brotliCompressSync(body),
      zstd: zlib.zstdCompressSync(body),
    };
    for (const [encoding, bytes] of Object.entries(compressed)) {
      expect((await door.send({ body: bytes, headers: { 'content-encoding': encoding } })).status).toBe(200);
    }
    expect((await door.send({ body, headers: { 'transfer-encoding': 'chunked' } })).status).toBe(200);
    expect(door.log.records(TOPIC.inputs)).toHaveLength(5);
    for (const broken of [Buffer.from('no gzip'), zlib.gzipSync(body).subarray(0, 40)]) {
      expect((await door.send({ body: broken, headers: { 'content-encoding': 'gzip' } })).status).toBe(400);
    }
  });

  it('of 100 MB, or that becomes 100 MB, is refused with 413 and leaves others alone', async () => {
    const door = await open();
    const large = Buffer.alloc(100_000_000, 0x20);
    const plain = door.send({ body: large });
    const bomb = door.send({ body: zlib.gzipSync(large), headers: { 'content-encoding': 'gzip' } });
    const chunked = door.send({ body: large, headers: { 'transfer-encoding': 'chunked' } });
    const honest = door.send({ body: logsRequest(intent(0)) });
    expect([(await plain).status, (await bomb).status, (await chunked).status, (await honest).status]).toEqual([
      413, 413, 413, 200,
    ]);
    expect((await bomb).json()).toMatchObject({ code: 8 });
    expect(door.collector.metrics()).toMatchObject({
      'bytes.held': 0,
      'requests.in_flight': 0,
      'requests.answered.413': 3,
    });
  });

  it('that is garbage is refused with 400 and kept, redacted, as a dead letter', async () => {
    const door = await open();
    const secret = `gh${'p_'}Zk3${'aB9'.repeat(11)}Qw7x`;
    const bodies = [
      '{',
      '[]',
      '"text"',
      '{"resourceLogs":{}}',
      '{"resourceLogs":[1]}',
      '{"resourceLogs":[{"scopeLogs":[{"logRecords":7}]}]}',
      `{"a":"${secret}"`,
    ];
    for (const body of bodies) expect((await door.send({ body })).status).toBe(400);
    expect((await door.send({ body: Buffer.from([0xff, 0xfe]) })).status).toBe(400);
    const proto = await door.send({
      body: Buffer.from('garbage!'),
      headers: { 'content-type': 'application/x-protobuf' },
    });
    expect([proto.status, proto.body[1]]).toEqual([400, 3]);
    const dead = door.log.records(TOPIC.dead);
    expect(dead).toHaveLength(9);
    expect(dead[0]).toMatchObject({
      type: 'dead-letter',
      reason: 'unparsable',
      agentId: 'deployer',
      source: 'otlp/v1/logs',
    });
    expect(JSON.stringify(dead)).not.toContain(secret);
  });

  it('nested 100,000 levels deep never overflows the stack', async () => {
    const door = await open();
    const depth = 100_000;
    const open1 = '{"arrayValue":{"values":['.repeat(depth);
    const close1 = ']}}'.repeat(depth);
    const record = `{"eventName":"haltwire.intent","attributes":[{"key":"x","value":${open1}${close1}}]}`;
    const answer = await door.send({
      body: `{"resourceLogs":[{"scopeLogs":[{"logRecords":[${record},${JSON.stringify(intent(0))}]}]}]}`,
    });
    expect(answer.json()).toMatchObject({ partialSuccess: { rejectedLogRecords: '1' } });
    expect((await door.send({ body: '['.repeat(depth) + ']'.repeat(depth) })).status).toBe(400);
    const resource = `{"resourceLogs":[{"resource":{"attributes":[{"key":"x","value":${open1}${close1}}]}}]}`;
    expect((await door.send({ body: resource })).status).toBe(400);
    const nestedArguments = `${'['.repeat(depth)}${']'.repeat(depth)}`;
    expect(
      (await door.send({ body: logsRequest(intent(1, { 'gen_ai.tool.call.arguments': nestedArguments })) })).status,
    ).toBe(200);
    expect(door.log.records(TOPIC.inputs)).toHaveLength(2);

    const proto = await door.send({
      body: protoLogs(protoLogRecord(nestedAnyValue(20_000))),
      headers: { 'content-type': 'application/x-protobuf' },
    });
    expect(proto.status).toBe(200);
    expect(proto.body.toString('latin1')).toContain('max depth exceeded');
  });

  it('that the log does not take is answered 503 with Retry-After, and is not acknowledged', async () => {
    const door = await open();
    door.log.failing = true;
    const refused = await door.send({ body: logsRequest(intent(0), { eventName: 'haltwire.intent' }) });
    expect([refused.status, refused.headers['retry-after'], refused.json()]).toMatchObject([503, '1', { code: 14 }]);
    expect((await door.send({ body: '{' })).status).toBe(400);
    door.log.failing = false;
    expect((await door.send({ body: logsRequest(intent(0)) })).status).toBe(200);
    expectBalance(door.collector.metrics());
    expect(door.collector.metrics()['records.rejected.unavailable']).toBe(2);
  });

  it('past the bound of concurrency is answered 503 while the others go on', async () => {
    const gate = Promise.withResolvers<void>();
    const entered = Promise.withResolvers<void>();
    let waiting = 0;
    const sink = {
      append: async () => {
        waiting += 1;
        if (waiting === 2) entered.resolve();
        await gate.promise;
        return [];
      },
    };
    const door = await open({ sink, limits: { requests: 2 } });
    const held = [door.send({ body: logsRequest(intent(0)) }), door.send({ body: logsRequest(intent(1)) })];
    await entered.promise;
    const refused = await door.send({ body: logsRequest(intent(2)) });
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '1']);
    gate.resolve();
    expect((await Promise.all(held)).map((answer) => answer.status)).toEqual([200, 200]);
  });

  it('of an agent that floods the door is refused while other agents come in', async () => {
    const gate = Promise.withResolvers<void>();
    const entered = Promise.withResolvers<void>();
    let waiting = true;
    const sink = {
      append: async () => {
        entered.resolve();
        if (waiting) await gate.promise;
        return [];
      },
    };
    const door = await open({ sink, limits: { agentRequests: 1 } });
    const held = door.send({ body: logsRequest(intent(0)) });
    await entered.promise;
    waiting = false;
    expect((await door.send({ body: logsRequest(intent(1)) })).status).toBe(503);
    const other = { authorization: `Bearer ${otherAgentKey}` };
    expect((await door.send({ body: logsRequest(intent(1)), headers: other })).status).toBe(200);
    gate.resolve();
    expect((await held).status).toBe(200);
    expect((await door.send({ body: logsRequest(intent(1)) })).status).toBe(200);
  });

  it('past the bound of held bytes is answered 503, and the bytes are given back', async () => {
    const door = await open({ limits: { heldBytes: 1000 } });
    expect((await door.send({ body: ' '.repeat(2000) })).status).toBe(503);
    expect((await door.send({ body: logsRequest(intent(0)) })).status).toBe(200);
    expect(door.collector.metrics()['bytes.held']).toBe(0);
  });

  it('that its sender breaks off leaves nothing behind', async () => {
    const door = await open();
    const { port } = new URL(door.url);
    const request = http.request({
      port,
      path: '/v1/logs',
      method: 'POST',
      headers: { authorization: 'Bearer agent-key', 'content-type': 'application/json', 'content-length': '1000' },
    });
    request.on('error', () => undefined);
    request.write('{"resourceLogs":');
    while (door.collector.metrics()['requests.in_flight'] === 0) await door.send({ method: 'GET' });
    request.destroy();
    while (door.collector.metrics()['requests.in_flight'] !== 0) await door.send({ method: 'GET' });
    expect(door.collector.metrics()['bytes.held']).toBe(0);
  });
});

describe('a batch', () => {
  it('loses its bad records only, names their fields, and keeps its order', async () => {
    const door = await open();
    const answer = await door.send({
      body: logsRequest(
        intent(0),
        intent(1, { 'haltwire.seq': 'one' }),
        intent(2, { 'gen_ai.conversation.id': undefined }),
        intent(3, { 'haltwire.digest': 'short' }),
        intent(4, { 'gen_ai.tool.call.id': 'a\nb' }),
        event('some.other.event', {}),
        { attributes: 7 },
        intent(5),
      ),
    });
    const { partialSuccess } = answer.json() as {
      partialSuccess: { rejectedLogRecords: string; errorMessage: string };
    };
    expect([answer.status, partialSuccess.rejectedLogRecords]).toEqual([200, '5']);
    expect(partialSuccess.errorMessage).toContain('haltwire.seq is wrong: it must be an integer from 0 on');
    expect(partialSuccess.errorMessage).toContain('gen_ai.conversation.id is missing');
    expect(door.log.records(TOPIC.inputs)).toMatchObject([
      { seq: 0, callId: 'c0' },
      { seq: 5, callId: 'c5' },
    ]);
    expect(door.log.records(TOPIC.dead)).toMatchObject([
      { reason: 'invalid-field' },
      { reason: 'missing-field' },
      { reason: 'invalid-field' },
      { reason: 'invalid-field' },
      { reason: 'unparsable' },
    ]);
    const metrics = door.collector.metrics();
    expect(metrics).toMatchObject({
      'records.received': 8,
      'records.accepted': 2,
      'records.ignored.not-a-haltwire-event': 1,
      'records.rejected.invalid-field': 3,
      'records.rejected.missing-field': 1,
      'records.rejected.unparsable': 1,
    });
    expectBalance(metrics);
  });

  it('is appended in one piece under the key of its agent', async () => {
    const calls: { topic: string; keys: string[] }[] = [];
    const sink = {
      append: async (topic: string, entries: readonly { key: string }[]) => {
        calls.push({ topic, keys: entries.map((entry) => entry.key) });
        return [];
      },
    };
    const door = await open({ sink });
    await door.send({ body: logsRequest(intent(0), { eventName: 'haltwire.intent' }, intent(1)) });
    expect(calls).toEqual([
      { topic: TOPIC.inputs, keys: ['default/deployer', 'default/deployer'] },
      { topic: TOPIC.dead, keys: ['default/deployer'] },
    ]);
  });

  it('of a hundred thousand bad records writes a bounded number of dead letters and counts the rest', async () => {
    const door = await open({ limits: { deadLettersPerRequest: 10 } });
    const answer = await door.send({
      body: logsRequest(...Array.from({ length: 100_000 }, () => ({ eventName: 'haltwire.intent' }))),
    });
    expect(answer.json()).toMatchObject({ partialSuccess: { rejectedLogRecords: '100000' } });
    expect(answer.body.length).toBeLessThan(2000);
    expect(door.log.records(TOPIC.dead)).toHaveLength(10);
    expect(door.collector.metrics()).toMatchObject({ 'dead_letters.written': 10, 'dead_letters.left_out': 99_990 });
  });

  it('refuses a limit that it does not know', async () => {
    await expect(openDoor({ limits: JSON.parse('{"bodyByte": 1}') })).rejects.toThrow(/limits/);
  });
});

describe('any bytes', () => {
  let door: Door;
  beforeAll(async () => {
    door = await openDoor();
  });
  afterAll(() => door.close());

  const answered = async (path: string, type: string, body: Uint8Array | string): Promise<void> => {
    const answer = await door.send({ path, body, headers: { 'content-type': type } });
    expect([200, 400]).toContain(answer.status);
  };

  it('as protobuf are answered 200 or 400', async () => {
    const paths = fc.constantFrom('/v1/logs', '/v1/traces');
    await fc.assert(
      fc.asyncProperty(paths, fc.uint8Array({ maxLength: 200 }), (path, body) =>
        answered(path, 'application/x-protobuf', body),
      ),
      { numRuns: 300 },
    );
  });

  it('in a broken protobuf of ours are answered 200 or 400', async () => {
    const whole = protoLogs(protoLogRecord(nestedAnyValue(3)));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        async (changes) => {
          const broken = Buffer.from(whole);
          for (const [place, byte] of changes) broken[place] = byte;
          await answered('/v1/logs', 'application/x-protobuf', broken);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('as JSON are answered 200 or 400', async () => {
    const record = fc.record(
      {
        eventName: fc.constantFrom('haltwire.intent', 'haltwire.result', 'haltwire.session.started', 'x'),
        timeUnixNano: fc.oneof(fc.string(), fc.double(), fc.constant(null)),
        traceId: fc.oneof(fc.string(), fc.constant('0'.repeat(32))),
        attributes: fc.oneof(
          fc.jsonValue(),
          fc.array(
            fc.record({
              key: fc.constantFrom(
                'gen_ai.conversation.id',
                'gen_ai.tool.call.id',
                'haltwire.seq',
                'haltwire.producer',
                'gen_ai.tool.name',
                'gen_ai.tool.call.arguments',
                'haltwire.targets',
                'haltwire.lease',
                'x',
              ),
              value: fc.oneof(
                fc.record({ stringValue: fc.oneof(fc.string({ unit: 'binary' }), fc.json()) }),
                fc.record({ intValue: fc.oneof(fc.nat(), fc.string()) }),
                fc.jsonValue(),
              ),
            }),
          ),
        ),
      },
      { requiredKeys: [] },
    );
    const body = fc.oneof(
      fc.json(),
      fc.string(),
      fc.array(fc.oneof(record, fc.jsonValue()), { maxLength: 4 }).map((records) => logsRequest(...records)),
      fc.array(fc.oneof(record, fc.jsonValue()), { maxLength: 4 }).map((spans) => tracesRequest(...spans)),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('/v1/logs', '/v1/traces'), body, (path, text) =>
        answered(path, 'application/json', text),
      ),
      { numRuns: 500 },
    );
    expectBalance(door.collector.metrics());
  });

  it('leave the door able to take an honest record', async () => {
    const before = door.log.records(TOPIC.inputs).length;
    expect((await door.send({ body: logsRequest(intent(0)) })).json()).toEqual({});
    expect(door.log.records(TOPIC.inputs)).toHaveLength(before + 1);
  });
});

/** A length-delimited protobuf field, written by hand: the decoder is not tested with its own encoder. */
function field(number: number, body: Uint8Array): Buffer {
  const length: number[] = [];
  for (let rest = body.length; ; rest = Math.floor(rest / 128)) {
    length.push(rest < 128 ? rest : (rest % 128) + 128);
    if (rest < 128) break;
  }
  return Buffer.concat([Buffer.from([number * 8 + 2, ...length]), body]);
}

/** An AnyValue of arrays inside arrays: `array_value = 5 { values = 1 }`. */
function nestedAnyValue(depth: number): Buffer {
  let value = field(1, Buffer.from('x'));
  for (let level = 0; level < depth; level += 1) value = field(5, field(1, value));
  return value;
}

/** LogRecord: `attributes = 6 { key = 1, value = 2 }`, `event_name = 12`. */
function protoLogRecord(value: Buffer): Buffer {
  const attribute = Buffer.concat([field(1, Buffer.from('x')), field(2, value)]);
  return Buffer.concat([field(6, attribute), field(12, Buffer.from('haltwire.intent'))]);
}

/** `resource_logs = 1 { scope_logs = 2 { log_records = 2 } }`. */
function protoLogs(record: Buffer): Buffer {
  return field(1, field(2, field(2, record)));
}
