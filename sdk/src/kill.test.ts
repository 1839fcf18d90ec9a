import { EVENT, HALTWIRE } from '@haltwire/schemas';
import { describe, expect, test } from 'vitest';
import { HaltwireKilledError } from './errors.ts';
import { allow, type ScriptedServer } from './testing/scripted-server.ts';
import { openBench, rejectionOf } from './testing/with-server.ts';

const risky = { command: 'railway volume delete' };
const kill = { type: 'kill', killId: 'kill_1', reason: 'a found token deletes a volume' } as const;

function acknowledgements(server: ScriptedServer) {
  return server.messages.filter((message) => message.type === 'kill-acknowledged');
}

describe('a kill', () => {
  test.each([
    ['before', (intent: Parameters<typeof allow>[0]) => [kill, allow(intent)]],
    ['after', (intent: Parameters<typeof allow>[0]) => [allow(intent), kill]],
  ])('beats an allow when it arrives %s it', async (_name, judge) => {
    const { server, session } = await openBench();
    server.script.judge = judge;
    let ran = false;
    const error = await rejectionOf(session.tool('shell', risky, () => (ran = true)));
    expect(HaltwireKilledError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ killId: 'kill_1', reason: kill.reason });
    expect(ran).toBe(false);
    await server.until(() => acknowledgements(server).length === 1);
    expect(acknowledgements(server)[0]).toMatchObject({ killId: 'kill_1', inFlight: 'none' });
    expect(server.eventsOf(EVENT.started)).toEqual([]);
  });

  test('aborts what runs, refuses its result to the agent, and says that it was aborted', async () => {
    const { server, session } = await openBench();
    const seen: unknown[] = [];
    const running = session.tool(
      'shell',
      risky,
      (_args, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            seen.push(signal.reason);
            reject(signal.reason);
          });
          setImmediate(() => server.send(kill));
        }),
    );
    expect(HaltwireKilledError.isInstance(await rejectionOf(running))).toBe(true);
    expect(seen.map((reason) => HaltwireKilledError.isInstance(reason))).toEqual([true]);
    await server.until(() => acknowledgements(server).length === 1);
    expect(acknowledgements(server)[0]).toMatchObject({ inFlight: 'aborted' });
  });

  test('of an execution that ignores its signal is answered to the agent at once, and acknowledged as unknown', async () => {
    const { server, session } = await openBench();
    let finish: (value: string) => void = () => {};
    const running = session.tool('shell', risky, () => {
      setImmediate(() => server.send(kill));
      return new Promise<string>((resolve) => {
        finish = resolve;
      });
    });
    expect(HaltwireKilledError.isInstance(await rejectionOf(running))).toBe(true);
    expect(acknowledgements(server)).toEqual([]);
    await server.until(() => acknowledgements(server).length === 1);
    expect(acknowledgements(server)[0]).toMatchObject({ inFlight: 'unknown' });
    finish('done all the same');
    await server.until(() => server.eventsOf(EVENT.result).length === 1);
  });

  test('is acknowledged only when the log holds what began before it', async () => {
    const { server, session } = await openBench({ options: { flushIntervalMs: 60_000 } });
    await session.tool('shell', { command: 'ls' }, () => 'listing');
    server.send(kill);
    await server.until(() => acknowledgements(server).length === 1);
    expect(server.events.map((event) => event.name)).toContain(EVENT.started);
  });

  test('aborts the session, tells the host once, and refuses further calls without asking', async () => {
    const told: string[] = [];
    const { server, session } = await openBench({ session: { onKill: (notice) => told.push(notice.reason) } });
    const { signal } = session;
    server.send(kill, kill);
    await server.until(() => acknowledgements(server).length === 1);
    expect(signal.aborted).toBe(true);
    expect(told).toEqual([kill.reason]);
    expect(session.posture).toBe('locked');
    const error = await rejectionOf(session.tool('shell', { command: 'ls' }, () => 'ran'));
    expect(HaltwireKilledError.isInstance(error)).toBe(true);
    expect(HaltwireKilledError.isInstance(await rejectionOf(session.ready()))).toBe(true);
    expect(server.eventsOf(EVENT.intent)).toEqual([]);
  });

  test('from a lower epoch is not obeyed', async () => {
    const { server, session } = await openBench({ script: { epoch: 5 } });
    server.send({ ...kill, epoch: 4 });
    expect(await session.tool('shell', risky, () => 'ran')).toBe('ran');
  });

  test('stands until its own release; then the session has a new signal', async () => {
    const { server, session } = await openBench();
    const killed = session.signal;
    server.send(kill);
    await server.until(() => acknowledgements(server).length === 1);
    server.send({ type: 'release', killId: 'kill_other' });
    server.sendRaw('not even JSON');
    expect(HaltwireKilledError.isInstance(await rejectionOf(session.tool('shell', risky, () => 1)))).toBe(true);
    const renewals = server.messages.length;
    server.send({ type: 'release', killId: 'kill_1', postureEpoch: 2 });
    server.script.postureEpoch = 2;
    await server.until(() => server.messages.length > renewals);
    expect(await session.tool('shell', risky, () => 'ran')).toBe('ran');
    expect(session.signal).not.toBe(killed);
    expect(session.signal.aborted).toBe(false);
  });

  test('that is repeated after a reconnect is acknowledged again', async () => {
    const { server } = await openBench();
    server.send(kill);
    await server.until(() => acknowledgements(server).length === 1);
    server.cut();
    await server.until(() => server.connections === 2);
    server.send(kill);
    await server.until(() => acknowledgements(server).length === 2);
    expect(acknowledgements(server).map((message) => message.inFlight)).toEqual(['none', 'none']);
  });

  test('records what was refused because of it', async () => {
    const { server, session } = await openBench();
    server.script.judge = () => [kill];
    await rejectionOf(session.tool('shell', risky, () => 'ran'));
    await server.until(() => server.eventsOf(EVENT.abandoned).length === 1);
    expect(server.eventsOf(EVENT.abandoned)[0]?.attributes[HALTWIRE.reason]).toBe('HALTWIRE_KILLED');
  });
});
