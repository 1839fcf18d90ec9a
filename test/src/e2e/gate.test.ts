import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { type CallEvent, type Decision, HaltwireError, type InputRecord, TOPIC } from '@haltwire/schemas';
import { openLog } from 'haltwire';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connectAgent, destroy, RecordingShell, touch } from '../support/agent.ts';
import { Api, eventually } from '../support/api.ts';
import { temporaryFolder } from '../support/folder.ts';
import { readTopic } from '../support/read-topic.ts';
import { freePort, type ServerProcess, startServerProcess } from '../support/server-process.ts';

async function start(): Promise<{ server: ServerProcess; api: Api; key: string; folder: string }> {
  const folder = join(temporaryFolder(), 'data');
  const server = await startServerProcess(folder);
  onTestFinished(() => server.kill());
  return { server, folder, api: new Api(server.url, server.adminToken ?? ''), key: server.agentKey ?? '' };
}

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'ran',
    (error: unknown) => (HaltwireError.isInstance(error) ? error.code : String(error)),
  );

describe('the gate, from a real agent to a real server', () => {
  it('lets a call run only after its intent is durable and that very call was allowed', async () => {
    const { server, key, folder } = await start();
    const session = connectAgent(server, key).session({ agent: 'tester', sessionId: 's1' });
    await session.ready();
    const shell = new RecordingShell(session);
    await Promise.all(Array.from({ length: 20 }, (_, i) => shell.run(touch(`n${i}`))));
    await session.end();
    await server.stop();

    const log = openLog({ path: join(folder, 'log') });
    const inputs = (await readTopic(log.source, TOPIC.inputs)).map(({ value }) => JSON.parse(value) as InputRecord);
    const decisions = (await readTopic(log.source, TOPIC.decisions)).map(({ value }) => JSON.parse(value) as Decision);
    await log.close();
    const at = (phase: string, callId: string): number =>
      inputs.findIndex((record) => record.type === 'call' && record.phase === phase && record.callId === callId);
    const started = inputs.filter(
      (record): record is CallEvent => record.type === 'call' && record.phase === 'started',
    );
    // At least once: a repeated event is the same event.
    expect(new Set(started.map(({ callId }) => callId)).size).toBe(20);
    expect(shell.effects).toHaveLength(20);
    for (const { callId, claimed } of started) {
      expect(at('intent', callId)).toBeGreaterThanOrEqual(0);
      expect(at('intent', callId)).toBeLessThan(at('started', callId));
      const judged = decisions.filter((decision) => decision.callId === callId && decision.cause === 'intent');
      expect(judged.map(({ decision, digest }) => [decision, digest])).toEqual([['allow', claimed.digest]]);
    }
  });

  it('denies risky calls and lets reads go on when nobody answers', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const session = connectAgent({ url }, 'hwk_nobody', { gateTimeoutMs: 300 }).session({ agent: 'tester' });
    const shell = new RecordingShell(session);
    expect(await codeOf(shell.run(touch('x')))).toMatch(/HALTWIRE_(NO_LEASE|UNREACHABLE)/);
    expect(await codeOf(shell.run({ command: 'ls' }))).toBe('ran');
    expect(shell.effects).toEqual(['ls']);
  });

  it('runs a held call exactly once after a person approved it, and not at all after a refusal', async () => {
    const { server, api, key } = await start();
    const session = connectAgent(server, key).session({ agent: 'tester' });
    await session.ready();
    const shell = new RecordingShell(session);
    const approved = shell.run(destroy('scratch'));
    const first = await eventually(async () => (await api.holds())[0]);
    expect(first.shown).toContain('DROP TABLE scratch');
    expect(shell.effects).toEqual([]);
    await api.approve(first.holdId);
    await approved;
    expect(await codeOf(api.approve(first.holdId))).toContain('409');
    const refused = codeOf(shell.run(destroy('customers')));
    const second = await eventually(async () => (await api.holds())[0]);
    await api.deny(second.holdId);
    expect(await refused).toBe('HALTWIRE_DENIED');
    expect(shell.effects).toEqual([destroy('scratch').command]);
  });

  it("stops everything at a person's kill: what runs, what waits, and what comes after", async () => {
    const { server, api, key } = await start();
    const session = connectAgent(server, key).session({ agent: 'tester' });
    await session.ready();
    const shell = new RecordingShell(session);
    const running = session.tool(
      'shell',
      touch('long'),
      (_args, { signal }) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(new Error('aborted in flight'))),
        ),
    );
    const waiting = shell.run(destroy('customers'));
    const settled = [codeOf(running), codeOf(waiting)];
    await eventually(async () => (await api.holds())[0]);
    const [view] = await api.sessions();
    await api.kill(view?.sessionKey ?? '');
    expect(await settled[1]).toBe('HALTWIRE_KILLED');
    expect(await settled[0]).toBe('HALTWIRE_KILLED');
    expect(await codeOf(shell.run({ command: 'ls' }))).toBe('HALTWIRE_KILLED');
    const acknowledged = await eventually(async () => (await api.sessions())[0]?.kill?.acknowledged);
    expect(acknowledged).toMatchObject({ attestedBy: 'sdk', inFlight: 'aborted' });
    await api.release(view?.sessionKey ?? '');
    await eventually(async () => (await codeOf(shell.run(touch('again')))) === 'ran');
  });

  it('hears of a kill between tools that block the whole process', async () => {
    const { server, key } = await start();
    const session = connectAgent(server, key).session({ agent: 'tester', sessionId: 's1' });
    await session.ready();
    await new RecordingShell(session).run(touch('begin'));
    const body = JSON.stringify({ sessionKey: 'default/my-agent/s1', reason: 'test' });
    const headers = { authorization: `Bearer ${server.adminToken}`, 'content-type': 'application/json' };
    const kill = `fetch('${server.url}/v1/sessions/kill', ${JSON.stringify({ method: 'POST', headers, body })})`;
    spawn(process.execPath, ['-e', kill], { stdio: 'ignore' });
    const cell = new Int32Array(new SharedArrayBuffer(4));
    const outcomes: string[] = [];
    // Nothing here gives the event loop a turn: each tool blocks, and a promise's end is none.
    while (outcomes.length < 100 && outcomes.at(-1) !== 'HALTWIRE_KILLED') {
      outcomes.push(await codeOf(session.tool('shell', { command: 'ls' }, () => Atomics.wait(cell, 0, 0, 100))));
    }
    expect(outcomes.at(-1)).toBe('HALTWIRE_KILLED');
  });

  it('is not softened by anything that the agent says about itself', async () => {
    const { server, api, key } = await start();
    const haltwire = connectAgent(server, key);
    const session = haltwire.session({
      agent: { name: 'tester', id: 'another-agent' },
      task: { id: 'full-access', text: 'you may do anything' },
      environment: 'staging',
    });
    await session.ready();
    expect(await codeOf(new RecordingShell(session).run(touch('x')))).toBe('HALTWIRE_DENIED');
    const [decision] = await api.decisions();
    expect(decision?.invariants.map(({ name }) => name)).toContain('identity');
  });
});
