import { once } from 'node:events';
import { type CaseView, type Decision, TOPIC } from '@haltwire/schemas';
import { MemoryLog } from '@haltwire/schemas/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { call, effect, policyRecord, STAGING_TOKEN, session, volumeDelete } from './testing/builders.ts';
import { type Peer, revoked, startServer, type TestServer, TOKENS } from './testing/server.ts';
import { nineSeconds } from './testing/story.ts';

const servers: TestServer[] = [];
const start = async (...args: Parameters<typeof startServer>): Promise<TestServer> => {
  const server = await startServer(...args);
  servers.push(server);
  return server;
};
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const hello = async (server: TestServer, sessionId = 's1', token: string = TOKENS.agent): Promise<Peer> => {
  const peer = await server.connect(token, '/v1/agent');
  peer.send({ type: 'hello', protocol: 1, sessionId });
  await peer.next('welcome');
  return peer;
};
const heldCall = call({ callId: 'held', seq: 1, derived: { effects: [volumeDelete('vol_scratch', STAGING_TOKEN)] } });
const holdIdOf = async (server: TestServer): Promise<string> => {
  const { body } = await server.request('GET', '/v1/holds', TOKENS.viewer);
  return (body.holds as { holdId: string }[])[0]?.holdId ?? '';
};
const decisionsOn = (log: MemoryLog): Decision[] => log.records(TOPIC.decisions) as Decision[];

describe("an agent's socket", () => {
  it('gets a lease, verdicts for its own session, and the kill', async () => {
    const server = await start();
    const peer = await hello(server);
    peer.send({ type: 'renew', sessionId: 's1', n: 7 });
    expect(await peer.next('lease')).toMatchObject({ n: 7, posture: 'normal' });
    await server.write(...nineSeconds());
    expect(await peer.next('kill')).toMatchObject({ sessionId: 's1' });
    expect(
      peer.messages.filter(({ type }) => type === 'verdict').map(({ callId, decision }) => `${callId} ${decision}`),
    ).toEqual(['c1 allow', 'c2 allow']);
  });

  it("sees nothing of another agent's session of the same name", async () => {
    const server = await start();
    const mine = await hello(server);
    const other = await hello(server, 's1', TOKENS.other);
    await server.write(...nineSeconds());
    await mine.next('kill');
    other.send({ type: 'renew', sessionId: 's1', n: 1 });
    await other.next('lease');
    expect(other.messages.map(({ type }) => type)).toEqual(['welcome', 'lease']);
  });

  it('gets no lease once killed, but the kill again', async () => {
    const server = await start();
    await server.write(...nineSeconds());
    const peer = await hello(server);
    peer.send({ type: 'renew', sessionId: 's1', n: 1 });
    await peer.next('kill');
    await peer.next('kill', (message) => message !== peer.messages.find(({ type }) => type === 'kill'));
    expect(peer.messages.some(({ type }) => type === 'lease')).toBe(false);
  });

  it('answers garbage with an error and goes on', async () => {
    const server = await start();
    const peer = await hello(server);
    for (const garbage of [
      '',
      '{',
      '{"type":"approve"}',
      JSON.stringify({ type: 'renew', sessionId: 'not-mine', n: 0 }),
    ])
      peer.send(garbage);
    peer.send({ type: 'renew', sessionId: 's1', n: 2 });
    await peer.next('lease');
    expect(peer.messages.filter(({ type }) => type === 'error')).toHaveLength(4);
  });

  it('that asks for more and more and reads nothing is cut, before it fills the memory', async () => {
    const server = await start();
    const grave = { effects: [effect({ verb: 'delete', resource: 'volume', destructiveness: 1 })] };
    await server.write(session({}), ...Array.from({ length: 30 }, (_, n) => call({ callId: `h${n}`, derived: grave })));
    const peer = await hello(server);
    peer.socket.pause();
    for (let n = 0; n < 4000; n += 1) peer.send({ type: 'hello', protocol: 1, sessionId: 's1' });
    for (let connected = true; connected; ) {
      const { body } = await server.request('GET', '/v1/sessions', TOKENS.viewer);
      connected = (body.sessions as { connected: boolean }[]).some((one) => one.connected);
    }
    expect(await hello(server, 's2')).toBeDefined();
  });

  it('cannot fill the log with acknowledgements of kills that never were', async () => {
    const server = await start();
    const peer = await hello(server);
    await server.write(session({}));
    const before = server.log.entries(TOPIC.inputs).length;
    for (let n = 0; n < 500; n += 1)
      peer.send({ type: 'kill-acknowledged', sessionId: 's1', killId: `k${n}`, inFlight: 'none' });
    peer.send({ type: 'renew', sessionId: 's1', n: 1 });
    await peer.next('lease');
    expect(server.log.entries(TOPIC.inputs).length).toBe(before);
  });

  it("is refused without a key, and with a person's token", async () => {
    const server = await start();
    await expect(server.connect('nobody', '/v1/agent')).rejects.toThrow('401');
    await expect(server.connect(TOKENS.admin, '/v1/agent')).rejects.toThrow('403');
    await expect(server.connect(TOKENS.agent, '/v1/analyst')).rejects.toThrow('403');
  });

  it("is closed once its key is revoked, and so is an analyst's once the token is", async () => {
    const server = await start(new MemoryLog(), { checkMs: 5 });
    const peers = [await hello(server), await server.connect(TOKENS.viewer, '/v1/analyst')];
    const closed = peers.map(({ socket }) => once(socket, 'close'));
    revoked.add(TOKENS.agent).add(TOKENS.viewer);
    try {
      expect((await Promise.all(closed)).map(([code]) => code)).toEqual([4401, 4401]);
    } finally {
      revoked.clear();
    }
  });

  it("acknowledges a kill, and the record says that it is the sdk's own word", async () => {
    const server = await start();
    const peer = await hello(server);
    const analyst = await server.connect(TOKENS.viewer, '/v1/analyst');
    await server.write(...nineSeconds());
    const kill = await peer.next('kill');
    peer.send({ type: 'kill-acknowledged', sessionId: 's1', killId: kill.killId, inFlight: 'none' });
    const changed = await analyst.next('session-changed', (message) =>
      JSON.stringify(message).includes('acknowledged'),
    );
    expect(changed).toMatchObject({ session: { kill: { acknowledged: { attestedBy: 'sdk', inFlight: 'none' } } } });
  });
});

describe('people', () => {
  it('approve exactly the call that was shown, and the second to answer is told', async () => {
    const server = await start();
    const peer = await hello(server);
    await server.write(policyRecord(), session({ seq: 0 }), heldCall);
    await peer.next('verdict', ({ decision }) => decision === 'hold');
    const holdId = await holdIdOf(server);
    const first = await server.request('POST', `/v1/holds/${holdId}/approve`, TOKENS.responder, {
      reason: 'my own scratch volume',
    });
    expect(first.status).toBe(200);
    expect(await peer.next('verdict', ({ decision }) => decision === 'allow')).toMatchObject({
      digest: heldCall.claimed.digest,
    });
    const second = await server.request('POST', `/v1/holds/${holdId}/deny`, TOKENS.admin, { reason: 'no' });
    expect([second.status, second.body.code]).toEqual([409, 'HALTWIRE_CONFLICT']);
  });

  it.each([
    ["an agent's key", TOKENS.agent, 403],
    ['a viewer', TOKENS.viewer, 403],
    ['a stranger', undefined, 401],
    ['an unknown token', 'nobody', 401],
  ])('%s cannot approve, deny, kill, release or change the policy', async (_who, token, status) => {
    const server = await start();
    const peer = await hello(server);
    await server.write(policyRecord(), session({ seq: 0 }), heldCall);
    await peer.next('verdict');
    const holdId = await holdIdOf(server);
    const sessionKey = 'default/deploy-bot/s1';
    const requests = [
      server.request('POST', `/v1/holds/${holdId}/approve`, token, { reason: 'x' }),
      server.request('POST', `/v1/holds/${holdId}/deny`, token, { reason: 'x' }),
      server.request('POST', '/v1/sessions/kill', token, { sessionKey, reason: 'x' }),
      server.request('POST', '/v1/sessions/release', token, { sessionKey, reason: 'x' }),
      server.request('PUT', '/v1/policy', token, { version: 1 }),
    ];
    expect((await Promise.all(requests)).map((answer) => answer.status)).toEqual(requests.map(() => status));
    expect(await holdIdOf(server)).toBe(holdId);
  });

  it.each(['/v1/holds', '/v1/sessions', '/v1/cases', '/v1/decisions', '/v1/policy'])(
    '%s is closed to agents and shows another tenant nothing',
    async (path) => {
      const server = await start();
      const peer = await hello(server);
      await server.write(...nineSeconds());
      await peer.next('kill');
      expect((await server.request('GET', path, TOKENS.agent)).status).toBe(403);
      const other = await server.request('GET', path, TOKENS.stranger);
      expect(JSON.stringify(other.body)).not.toContain('deploy-bot');
    },
  );

  it('say what they think of a case; what passes from now on is for an admin to say', async () => {
    const server = await start();
    const peer = await hello(server);
    await server.write(policyRecord(), session({ seq: 0 }), heldCall);
    await peer.next('verdict');
    const said = (token: string, body: object) =>
      server.request('POST', '/v1/sessions/verdict', token, {
        sessionKey: 'default/deploy-bot/s1',
        reason: 'x',
        ...body,
      });
    expect((await said(TOKENS.responder, { verdict: 'maybe' })).status).toBe(400);
    expect((await said(TOKENS.viewer, { verdict: 'wrong' })).status).toBe(403);
    expect((await said(TOKENS.responder, { verdict: 'wrong' })).status).toBe(200);
    const standing = { scope: { resources: ['volume'] }, days: 1 };
    expect((await said(TOKENS.responder, { verdict: 'expected', standing })).status).toBe(403);
    expect((await said(TOKENS.admin, { verdict: 'expected', standing })).status).toBe(200);
    const { body } = await server.request('GET', '/v1/cases', TOKENS.viewer);
    const verdicts = (body.cases as CaseView[])[0]?.verdicts ?? [];
    expect(verdicts.map(({ verdict, approvalId }) => [verdict, approvalId !== undefined])).toEqual([
      ['wrong', false],
      ['expected', true],
    ]);
    const approvalId = verdicts[1]?.approvalId;
    const ended = { sessionKey: 'default/deploy-bot/s1', reason: 'x', approvalId };
    expect((await server.request('POST', '/v1/sessions/end-approval', TOKENS.responder, ended)).status).toBe(200);
    expect((await server.request('POST', '/v1/sessions/end-approval', TOKENS.responder, ended)).status).toBe(409);
  });

  it('kill and release a session, each with a reason', async () => {
    const server = await start();
    const peer = await hello(server);
    await server.write(policyRecord(), session({ seq: 0 }), call({ seq: 1, derived: { effects: [effect()] } }));
    await peer.next('verdict');
    const sessionKey = 'default/deploy-bot/s1';
    const silent = await server.request('POST', '/v1/sessions/kill', TOKENS.responder, { sessionKey });
    expect([silent.status, silent.body.message]).toEqual([400, expect.stringContaining('reason')]);
    await server.request('POST', '/v1/sessions/kill', TOKENS.responder, { sessionKey, reason: 'odd' });
    await peer.next('kill');
    await server.request('POST', '/v1/sessions/release', TOKENS.responder, { sessionKey, reason: 'checked' });
    await peer.next('release');
  });
});

describe("the analysts' stream", () => {
  it('begins with a snapshot and goes on with every change, in log order', async () => {
    const server = await start();
    const analyst = await server.connect(TOKENS.viewer, '/v1/analyst');
    await analyst.next('snapshot');
    await server.write(...nineSeconds());
    await analyst.next('session-changed', (message) => JSON.stringify(message).includes('killId'));
    const seen = analyst.messages.flatMap((message) =>
      message.type === 'decision' ? [(message.decision as Decision).decision] : [],
    );
    expect(seen).toEqual(['allow', 'allow', 'alert', 'alert', 'kill']);
    const late = await server.connect(TOKENS.viewer, '/v1/analyst');
    expect(await late.next('snapshot')).toMatchObject({ cases: [{ severity: 'critical', decisions: 3 }] });
  });
});

describe('after a restart', () => {
  it.each([1, 1000])(
    'nothing is decided twice, the kill stays, the hold stays open (snapshot every %i records)',
    async (snapshotEvery) => {
      const log = new MemoryLog();
      const first = await startServer(log, { snapshotEvery });
      const peer = await hello(first, 's2');
      await first.write(
        ...nineSeconds(),
        { ...session({ seq: 0 }), sessionId: 's2' },
        { ...heldCall, sessionId: 's2' },
      );
      await peer.next('verdict');
      const before = decisionsOn(log);
      const holdId = await holdIdOf(first);
      // No orderly stop: the second one finds whatever the first had written.
      const second = await start(log, { snapshotEvery });
      expect(decisionsOn(log)).toEqual(before);
      const again = await hello(second, 's2');
      expect(await again.next('verdict')).toMatchObject({ decision: 'hold', holdId });
      expect(await (await hello(second)).next('kill')).toMatchObject({ sessionId: 's1' });
      expect((await second.request('GET', '/v1/decisions', TOKENS.viewer)).body.decisions).toHaveLength(before.length);
      await second.request('POST', `/v1/holds/${holdId}/approve`, TOKENS.responder, { reason: 'still mine' });
      await again.next('verdict', ({ decision }) => decision === 'allow');
      await first.close();
      expect(new Set(decisionsOn(log).map(({ decisionId }) => decisionId)).size).toBe(decisionsOn(log).length);
    },
  );

  it('the older owner is fenced: it gives no lease and no verdict any more', async () => {
    const log = new MemoryLog();
    const older = await start(log);
    const peer = await hello(older);
    const newer = await start(log);
    expect(newer.detector.live).toBe(true);
    await newer.write(session({ seq: 0 }), call({ seq: 1, derived: { effects: [effect()] } }));
    await (await hello(newer)).next('verdict');
    expect(older.detector.live).toBe(false);
    peer.send({ type: 'renew', sessionId: 's1', n: 1 });
    peer.send({ type: 'nonsense' });
    await peer.next('error');
    expect(peer.messages.filter(({ type }) => type === 'lease' || type === 'verdict')).toEqual([]);
  });
});

describe('a record that cannot be read', () => {
  it('goes to the dead letters, and the next one is judged', async () => {
    const server = await start();
    const peer = await hello(server);
    await server.log.append(TOPIC.inputs, [
      { key: 'x', value: '{' },
      { key: 'x', value: '{"type":"call","v":1}' },
    ]);
    await server.write(session({ seq: 0 }), call({ seq: 1, derived: { effects: [effect()] } }));
    await peer.next('verdict');
    expect(server.log.entries(TOPIC.dead)).toHaveLength(2);
  });
});
