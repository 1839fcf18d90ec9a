import { EVENT, HALTWIRE } from '@haltwire/schemas';
import { describe, expect, test } from 'vitest';
import {
  HaltwireAbortedError,
  HaltwireDeniedError,
  HaltwireHeldError,
  HaltwireLateVerdictError,
  HaltwireTimeoutError,
} from './errors.ts';
import { allow } from './testing/scripted-server.ts';
import { openBench, rejectionOf } from './testing/with-server.ts';

const risky = { command: 'rm -rf build' };

describe('a plainly read-only call under a lease', () => {
  test('runs in the very turn in which it is asked for', async () => {
    const { session } = await openBench();
    let ran = false;
    const done = session.tool('shell', { command: 'git status' }, () => {
      ran = true;
    });
    expect(ran).toBe(true);
    await done;
  });

  test('is recorded with its lease, and nobody is asked', async () => {
    const { server, session } = await openBench({ script: { epoch: 7, postureEpoch: 3 } });
    await session.tool('shell', { command: 'git status' }, () => 'clean');
    await server.until(() => server.eventsOf(EVENT.result).length === 1);
    expect(server.events.map((event) => event.name)).toEqual([
      EVENT.sessionStarted,
      EVENT.intent,
      EVENT.started,
      EVENT.result,
    ]);
    expect(server.eventsOf(EVENT.intent)[0]?.attributes).toMatchObject({
      [HALTWIRE.lease]: '7/3',
      [HALTWIRE.readOnly]: true,
    });
  });

  test('asks first when the session is elevated', async () => {
    const { server, session } = await openBench({ script: { posture: 'elevated' } });
    const order: string[] = [];
    server.script.judge = (intent) => {
      order.push('judged');
      return [allow(intent)];
    };
    await session.tool('shell', { command: 'git status' }, () => order.push('ran'));
    expect(order).toEqual(['judged', 'ran']);
    expect(server.eventsOf(EVENT.intent)[0]?.attributes[HALTWIRE.readOnly]).toBeUndefined();
  });

  test('of a tool that the registry pins runs at once', async () => {
    const { session, server } = await openBench({ script: { readOnlyTools: ['search_docs'], judge: () => undefined } });
    expect(await session.tool('search_docs', { query: 'volumes' }, () => 'found')).toBe('found');
    expect(server.connections).toBe(1);
  });
});

describe('a risky call', () => {
  test('runs only after its verdict, and its intent is on the wire before', async () => {
    const { server, session } = await openBench();
    const order: string[] = [];
    server.script.judge = (intent) => {
      order.push('judged');
      return [allow(intent)];
    };
    const result = await session.tool('shell', risky, () => {
      order.push('ran');
      return { removed: 3 };
    });
    expect(order).toEqual(['judged', 'ran']);
    expect(result).toEqual({ removed: 3 });
  });

  test('that is denied does not run, and the error carries decision and reason', async () => {
    const { server, session } = await openBench();
    server.script.judge = (intent) => [
      allow(intent, { decision: 'deny', decisionId: 'dec_no', reason: 'not your volume' }),
    ];
    let ran = false;
    const error = await rejectionOf(session.tool('shell', risky, () => (ran = true)));
    expect(HaltwireDeniedError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ code: 'HALTWIRE_DENIED', decisionId: 'dec_no', reason: 'not your volume' });
    expect(ran).toBe(false);
    await server.until(() => server.eventsOf(EVENT.abandoned).length === 1);
    expect(server.eventsOf(EVENT.started)).toEqual([]);
  });

  test('with an allow that is too old when it would be used is refused', async () => {
    let now = 0;
    const { server, session } = await openBench({ runtime: { now: () => (now += 10) } });
    server.script.judge = (intent) => [allow(intent, { deadlineMs: 5 })];
    const error = await rejectionOf(session.tool('shell', risky, () => 'ran'));
    expect(HaltwireLateVerdictError.isInstance(error)).toBe(true);
  });

  test('that nobody judges is refused in time', async () => {
    const { session } = await openBench({ script: { judge: () => undefined }, options: { gateTimeoutMs: 30 } });
    const error = await rejectionOf(session.tool('shell', risky, () => 'ran'));
    expect(HaltwireTimeoutError.isInstance(error)).toBe(true);
  });

  test('is not moved by a verdict for another digest', async () => {
    const { server, session } = await openBench({ options: { gateTimeoutMs: 30 } });
    server.script.judge = (intent) => [allow(intent, { digest: '0'.repeat(64) })];
    const error = await rejectionOf(session.tool('shell', risky, () => 'ran'));
    expect(String(error)).toContain('1 verdicts for another digest were ignored');
  });

  test('is not moved by an allow from a lower epoch or an older posture', async () => {
    const { server, session } = await openBench({
      script: { epoch: 5, postureEpoch: 4 },
      options: { gateTimeoutMs: 50 },
    });
    server.script.judge = (intent) => [allow(intent, { epoch: 4 }), allow(intent, { postureEpoch: 3 })];
    expect(HaltwireTimeoutError.isInstance(await rejectionOf(session.tool('shell', risky, () => 'ran')))).toBe(true);
    server.script.judge = (intent) => [allow(intent, { epoch: 6, postureEpoch: 4 })];
    expect(await session.tool('shell', risky, () => 'ran')).toBe('ran');
  });

  test('runs what was judged, whatever its caller does to the arguments meanwhile', async () => {
    const { server, session } = await openBench();
    const args = { command: 'rm -rf build', list: [{ path: 'a' }] };
    server.script.judge = (intent) => {
      args.command = 'rm -rf /';
      args.list.push({ path: '/' });
      return [allow(intent)];
    };
    const executed = await session.tool('shell', args, (received) => received);
    expect(executed).toEqual({ command: 'rm -rf build', list: [{ path: 'a' }] });
    expect(() => (executed.list as unknown[]).push('x')).toThrow(TypeError);
  });

  test('whose caller gives up while it waits is abandoned, and a later allow does nothing', async () => {
    const { server, session } = await openBench({ script: { judge: () => undefined } });
    const controller = new AbortController();
    let ran = false;
    const waiting = session.tool('shell', risky, () => (ran = true), { signal: controller.signal });
    await server.until(() => server.eventsOf(EVENT.intent).length === 1);
    controller.abort(new Error('changed my mind'));
    const error = await rejectionOf(waiting);
    expect(HaltwireAbortedError.isInstance(error)).toBe(true);
    const intent = server.eventsOf(EVENT.intent)[0];
    if (intent !== undefined) server.send(allow(intent));
    await server.until(() => server.eventsOf(EVENT.abandoned).length === 1);
    await session.tool('shell', { command: 'ls' }, () => 'a round trip later');
    expect(ran).toBe(false);
  });
});

describe('a held call', () => {
  const hold = { decision: 'hold', holdId: 'hold_1', reason: 'a person must look at it', deadlineMs: 5000 };

  test('runs once a person approves, and its caller was told once', async () => {
    const { server, session } = await openBench({ options: { gateTimeoutMs: 20 } });
    const notices: string[] = [];
    server.script.judge = (intent) => {
      setImmediate(() => server.send(allow(intent, hold), allow(intent)));
      return [allow(intent, hold)];
    };
    const result = await session.tool('shell', risky, () => 'ran', {
      onHold: (notice) => notices.push(`${notice.holdId} ${notice.reason} ${notice.tool}`),
    });
    expect(result).toBe('ran');
    expect(notices).toEqual(['hold_1 a person must look at it shell']);
  });

  test('that nobody answers is refused and abandoned', async () => {
    const { server, session } = await openBench();
    server.script.judge = (intent) => [allow(intent, { ...hold, deadlineMs: 10 })];
    const error = await rejectionOf(session.tool('shell', risky, () => 'ran'));
    expect(HaltwireHeldError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ holdId: 'hold_1' });
    await server.until(() => server.eventsOf(EVENT.abandoned).length === 1);
    expect(server.eventsOf(EVENT.abandoned)[0]?.attributes[HALTWIRE.reason]).toBe('HALTWIRE_HELD');
  });

  test('is not disturbed by a callback that throws', async () => {
    const { server, session, warnings } = await openBench();
    server.script.judge = (intent) => [allow(intent, hold), allow(intent)];
    const onHold = () => {
      throw new Error('the screen is broken');
    };
    expect(await session.tool('shell', risky, () => 'ran', { onHold })).toBe('ran');
    expect(warnings.map((warning) => warning.code)).toEqual(['HALTWIRE_W004']);
  });
});

test('nothing runs in a locked session, not even a read', async () => {
  const { server, session } = await openBench({ script: { posture: 'locked' } });
  const error = await rejectionOf(session.tool('shell', { command: 'ls' }, () => 'ran'));
  expect(HaltwireDeniedError.isInstance(error)).toBe(true);
  await server.until(() => server.eventsOf(EVENT.abandoned).length === 1);
});

test('a call that carries a credential asks first, even if it only reads', async () => {
  const { server, session } = await openBench({
    script: { readOnlyTools: ['fetch'] },
    session: { env: { API_TOKEN: 'a9f3c1d7e5b2840617d3' } },
  });
  await session.tool('fetch', { header: 'Authorization: Bearer $API_TOKEN' }, () => 'ok');
  const intent = server.eventsOf(EVENT.intent)[0];
  expect(intent?.attributes[HALTWIRE.lease]).toBeUndefined();
  expect(String(intent?.attributes[HALTWIRE.credentials])).toContain('environment variable API_TOKEN');
});
