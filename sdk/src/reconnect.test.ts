import { EVENT, HALTWIRE } from '@haltwire/schemas';
import { describe, expect, test } from 'vitest';
import { HaltwireNoLeaseError, HaltwireUnreachableError } from './errors.ts';
import { createHaltwire } from './haltwire.ts';
import { allow } from './testing/scripted-server.ts';
import { acknowledgementOf, openBench, rejectionOf } from './testing/with-server.ts';

const risky = { command: 'rm -rf build' };
const reading = { command: 'git status' };

describe('without a live lease', () => {
  test('a risky call is refused with what to check, and does not run', async () => {
    const { session } = await openBench({
      script: { leaseTtlMs: undefined },
      ready: false,
      options: { gateTimeoutMs: 40 },
    });
    let ran = false;
    const error = await rejectionOf(session.tool('shell', risky, () => (ran = true)));
    expect(HaltwireNoLeaseError.isInstance(error)).toBe(true);
    expect(String(error)).toMatch(/no live lease .* gateway at http:\/\/127\.0\.0\.1:\d+ .*check that it runs/);
    expect(ran).toBe(false);
  });

  test('an allow alone is not enough', async () => {
    const { server, session } = await openBench({
      script: { leaseTtlMs: undefined },
      ready: false,
      options: { gateTimeoutMs: 40 },
    });
    server.script.judge = (intent) => [allow(intent, { deadlineMs: 20 })];
    const error = await rejectionOf(session.tool('shell', risky, () => 'ran'));
    expect(HaltwireNoLeaseError.isInstance(error)).toBe(true);
  });

  test('a plain read goes on at once and is recorded without a lease', async () => {
    const { server, session } = await openBench({ script: { leaseTtlMs: undefined }, ready: false });
    expect(await session.tool('shell', reading, () => 'clean')).toBe('clean');
    await server.until(() => server.eventsOf(EVENT.result).length === 1);
    expect(server.eventsOf(EVENT.intent)[0]?.attributes).toMatchObject({ [HALTWIRE.readOnly]: true });
    expect(server.eventsOf(EVENT.intent)[0]?.attributes[HALTWIRE.lease]).toBeUndefined();
  });

  test('a plain read is refused too when failMode says so', async () => {
    const { session } = await openBench({
      script: { leaseTtlMs: undefined, judge: () => undefined },
      ready: false,
      options: { gateTimeoutMs: 40, failMode: { readOnly: 'closed' } },
    });
    expect(HaltwireNoLeaseError.isInstance(await rejectionOf(session.tool('shell', reading, () => 1)))).toBe(true);
  });

  test('a risky call runs when the host has asked for that danger, and every one is warned about', async () => {
    const { session, warnings } = await openBench({
      script: { leaseTtlMs: undefined, judge: () => undefined },
      ready: false,
      options: { gateTimeoutMs: 20, dangerouslyAllowRiskyWhenUnreachable: true },
    });
    expect(await session.tool('shell', risky, () => 'ran')).toBe('ran');
    expect(await session.tool('shell', risky, () => 'ran')).toBe('ran');
    expect(warnings.map((warning) => warning.code)).toEqual(['HALTWIRE_W001', 'HALTWIRE_W001']);
  });

  test('ready() rejects in time', async () => {
    const { session } = await openBench({
      script: { leaseTtlMs: undefined },
      ready: false,
      options: { gateTimeoutMs: 20 },
    });
    expect(HaltwireNoLeaseError.isInstance(await rejectionOf(session.ready()))).toBe(true);
  });

  test('a read that had to ask goes on when its lease is lost meanwhile, as a call of its own', async () => {
    const { server, session } = await openBench({
      script: { posture: 'elevated', judge: () => undefined },
      options: { gateTimeoutMs: 60 },
    });
    const reads = session.tool('shell', reading, () => 'clean');
    await server.until(() => server.eventsOf(EVENT.intent).length === 1);
    server.script.leaseTtlMs = undefined;
    server.cut();
    expect(await reads).toBe('clean');
    await server.until(() => server.eventsOf(EVENT.result).length === 1);
    const [asked, alone] = server.eventsOf(EVENT.intent);
    expect(server.eventsOf(EVENT.abandoned)[0]?.callId).toBe(asked?.callId);
    expect(server.eventsOf(EVENT.started)[0]?.callId).toBe(alone?.callId);
  });
});

test('a wrong key is told at once, by ready() and by a risky call', async () => {
  const { session } = await openBench({
    script: { key: 'another-key' },
    ready: false,
    options: { gateTimeoutMs: 60_000 },
  });
  expect(await rejectionOf(session.ready())).toMatchObject({ code: 'HALTWIRE_UNAUTHENTICATED' });
  expect(await rejectionOf(session.tool('shell', risky, () => 1))).toMatchObject({ code: 'HALTWIRE_UNAUTHENTICATED' });
});

test('a collector that cannot be reached is told from a detector that is slow', async () => {
  const { server, session } = await openBench({ options: { gateTimeoutMs: 40 } });
  server.script.answer = () => ({ status: 503, body: {} });
  const error = await rejectionOf(session.tool('shell', risky, () => 1));
  expect(HaltwireUnreachableError.isInstance(error)).toBe(true);
  expect(String(error)).toContain('503');
});

describe('after a cut', () => {
  test('the link comes back, greets again, and a risky call that waited meanwhile runs', async () => {
    const { server, session } = await openBench({ options: { gateTimeoutMs: 10_000 } });
    server.script.judge = () => undefined;
    const waiting = session.tool('shell', risky, () => 'ran');
    await server.until(() => server.eventsOf(EVENT.intent).length === 1);
    server.cut();
    await server.until(() => server.messages.filter((message) => message.type === 'hello').length === 2);
    const intent = server.eventsOf(EVENT.intent)[0];
    if (intent !== undefined) server.send(allow(intent));
    expect(await waiting).toBe('ran');
  });

  test('what was not acknowledged is sent again, in order, without a gap', async () => {
    const { server, session } = await openBench({ options: { gateTimeoutMs: 10_000 } });
    await session.tool('shell', risky, () => 'first');
    await server.down();
    for (let turn = 0; turn < 5; turn++) await session.tool('shell', reading, () => `read ${turn}`);
    const waiting = session.tool('shell', risky, () => 'second');
    await server.listen();
    expect(await waiting).toBe('second');
    await server.until(() => server.eventsOf(EVENT.result).length === 7);
    expect(server.events.map((event) => event.seq)).toEqual(server.events.map((_event, index) => index));
  });

  test('an answer that got lost makes no gap and no reordering', async () => {
    const { server, session } = await openBench({ options: { gateTimeoutMs: 10_000 } });
    let failures = 3;
    server.script.answer = () => ({ status: failures-- > 0 ? 503 : 200, headers: { 'retry-after': '0' } });
    expect(await session.tool('shell', risky, () => 'ran')).toBe('ran');
    expect(server.events.map((event) => event.seq)).toEqual(server.events.map((_event, index) => index));
  });
});

test('a body that the collector refuses is counted, warned about, and not sent again', async () => {
  const { server, session, warnings } = await openBench();
  server.script.answer = () => ({ status: 400, body: { message: 'cannot read it' } });
  expect(await rejectionOf(session.tool('shell', risky, () => 1))).toMatchObject({ code: 'HALTWIRE_BAD_REQUEST' });
  server.script.answer = () => ({ status: 200 });
  expect(await session.tool('shell', risky, () => 'ran')).toBe('ran');
  expect(warnings[0]).toMatchObject({ code: 'HALTWIRE_W002' });
  expect(warnings[0]?.message).toContain('cannot read it');
  const sent = server.posts.flatMap((post) => post.seqs);
  expect(new Set(sent).size).toBe(sent.length);
});

test('records that the collector rejects are counted, and their call is refused', async () => {
  const { server, session, warnings } = await openBench();
  server.script.answer = () => ({
    status: 200,
    body: { partialSuccess: { rejectedLogRecords: '1', errorMessage: 'cwd is wrong' } },
  });
  server.script.judge = () => undefined;
  expect(await rejectionOf(session.tool('shell', risky, () => 1))).toMatchObject({ code: 'HALTWIRE_BAD_REQUEST' });
  expect(warnings[0]).toMatchObject({ code: 'HALTWIRE_W003' });
});

test('too large a body is halved until it passes', async () => {
  const { server, session } = await openBench({ options: { flushIntervalMs: 60_000, gateTimeoutMs: 10_000 } });
  for (let turn = 0; turn < 10; turn++) await session.tool('shell', reading, () => 'clean');
  server.script.answer = (post) => ({ status: post.events.length > 4 ? 413 : 200 });
  expect(await session.tool('shell', risky, () => 'ran')).toBe('ran');
  expect(server.events.map((event) => event.seq)).toEqual(server.events.map((_event, index) => index));
});

test('when too many events wait, the newest are dropped and counted, and the gap stays visible', async () => {
  const { server, session, warnings } = await openBench({ options: { maxUnsentEvents: 8, gateTimeoutMs: 10_000 } });
  await server.down();
  for (let turn = 0; turn < 4; turn++) await session.tool('shell', reading, () => 'clean');
  expect(await rejectionOf(session.tool('shell', risky, () => 1))).toMatchObject({ code: 'HALTWIRE_UNREACHABLE' });
  expect(warnings.map((warning) => warning.code)).toContain('HALTWIRE_W002');
  const delivered = acknowledgementOf(8);
  await server.listen();
  await delivered;
  expect(await session.tool('shell', risky, () => 'ran')).toBe('ran');
  const seqs = server.events.map((event) => event.seq);
  expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
  expect(seqs.at(-1)).toBeGreaterThan(seqs.length);
});

test('a session that ends delivers what is unsent and says goodbye', async () => {
  const { server, session } = await openBench({ options: { flushIntervalMs: 60_000 } });
  await session.tool('shell', reading, () => 'clean');
  await session.end();
  expect(server.events.at(-1)?.name).toBe(EVENT.sessionEnded);
  await server.until(() => server.messages.at(-1)?.type === 'goodbye');
  expect(await rejectionOf(session.tool('shell', reading, () => 1))).toMatchObject({ code: 'HALTWIRE_SESSION_ENDED' });
});

test('two sessions share one socket and one process may not open a session twice', async () => {
  const { server, haltwire, session } = await openBench();
  const second = haltwire.session({ agent: 'deploy-bot', sessionId: 'second' });
  await second.ready();
  expect(server.connections).toBe(1);
  expect(() => haltwire.session({ agent: 'deploy-bot', sessionId: session.sessionId })).toThrow(/open in this process/);
  await second.end();
  expect(haltwire.session({ agent: 'deploy-bot', sessionId: 'second' }).sessionId).toBe('second');
});

test('nothing listens: read-only work goes on and close() comes to an end', async () => {
  const warnings: string[] = [];
  const haltwire = createHaltwire({
    key: 'agent-key',
    endpoint: 'http://127.0.0.1:9',
    gateTimeoutMs: 20,
    onWarning: (warning) => warnings.push(warning.code),
  });
  const session = haltwire.session({ agent: 'deploy-bot', cwd: '/work' });
  expect(await session.tool('shell', reading, () => 'clean')).toBe('clean');
  await haltwire.close();
  expect(warnings).toEqual(['HALTWIRE_W002']);
});
