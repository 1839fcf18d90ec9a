import { type Decision, TOPIC } from '@haltwire/schemas';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { call, effect, policyRecord, STAGING_TOKEN, session, volumeDelete } from '../testing/builders.ts';
import { eventually, type TestReplica, TestReplicas } from '../testing/replicas.ts';
import { TOKENS } from '../testing/server.ts';
import { nineSeconds } from '../testing/story.ts';

const plain = (seq: number) => call({ callId: `c${seq}`, seq, derived: { effects: [effect({ verb: 'update' })] } });
const held = (seq: number) =>
  call({ callId: 'held', seq, derived: { effects: [volumeDelete('vol_scratch', STAGING_TOKEN)] } });

describe('detectors that share a log', () => {
  let replicas: TestReplicas;
  beforeEach(() => {
    replicas = new TestReplicas();
  });
  afterEach(() => replicas.stop());

  const isOwner = (replica: TestReplica) => replica.detector.partitions.live.includes(replicas.partition);
  const ownerOf = (all: readonly TestReplica[]) => eventually(() => all.find(isOwner));
  const allLive = (all: readonly TestReplica[]) =>
    eventually(() => all.flatMap(({ detector }) => detector.partitions.live).length === 4);
  async function startThree(): Promise<{ all: TestReplica[]; owner: TestReplica; others: TestReplica[] }> {
    const all = [await replicas.start(), await replicas.start(), await replicas.start()];
    await allLive(all);
    const owner = await ownerOf(all);
    return { all, owner, others: all.filter((replica) => replica !== owner) };
  }
  const decisions = () => replicas.log.records(TOPIC.decisions, replicas.partition) as Decision[];
  const lease = async (peer: Awaited<ReturnType<TestReplica['hello']>>, n: number) => {
    peer.send({ type: 'renew', sessionId: 's1', n });
    return peer.next('lease', (message) => message.n === n);
  };

  it('a verdict, a hold and a kill reach a session whose socket is on another replica', async () => {
    const { others } = await startThree();
    const peer = await (others[0] as TestReplica).hello(TOKENS.agent, 's1');
    expect(await lease(peer, 1)).toMatchObject({ posture: 'normal' });
    await replicas.write(...nineSeconds());
    expect(await peer.next('kill')).toMatchObject({ sessionId: 's1' });
    const verdicts = peer.messages.filter(({ type }) => type === 'verdict');
    expect(verdicts.map(({ callId, decision }) => `${callId} ${decision}`)).toEqual(['c1 allow', 'c2 allow']);
  });

  it('two sockets of one session at two gateways both hear the kill, whoever said hello last, and after a new owner too', async () => {
    const { all, owner, others } = await startThree();
    const peers = [
      await (others[0] as TestReplica).hello(TOKENS.agent, 's1'),
      await (others[1] as TestReplica).hello(TOKENS.agent, 's1'),
    ];
    await Promise.all(peers.map((peer) => peer.next('welcome')));
    await owner.stop();
    await ownerOf(all.filter((replica) => replica !== owner));
    await replicas.write(...nineSeconds());
    const kills = await Promise.all(peers.map((peer) => peer.next('kill')));
    expect(new Set(kills.map(({ killId }) => killId)).size).toBe(1);
  });

  it('a person approves at a third replica, and exactly that call is allowed', async () => {
    const { others } = await startThree();
    const [near, far] = others as [TestReplica, TestReplica];
    const peer = await near.hello(TOKENS.agent, 's1');
    await peer.next('welcome');
    await replicas.write(policyRecord(), session({ seq: 0 }), held(1));
    const hold = await peer.next('verdict');
    expect(hold).toMatchObject({ decision: 'hold', callId: 'held' });
    const holdsAt = async (replica: TestReplica) =>
      (await replica.request('GET', '/v1/holds', TOKENS.viewer)).body.holds as { holdId: string }[];
    await eventually(async () => (await holdsAt(far)).length === 1);
    const path = `/v1/holds/${hold.holdId}/approve`;
    expect((await far.request('POST', path, TOKENS.responder, { reason: 'mine' })).status).toBe(200);
    expect(await peer.next('verdict', ({ decision }) => decision === 'allow')).toMatchObject({ digest: hold.digest });
    await eventually(async () => (await holdsAt(near)).length === 0);
    expect((await far.request('POST', path, TOKENS.responder, { reason: 'again' })).status).toBe(409);
  });

  it('a kill at one replica and its acknowledgement are seen at every other', async () => {
    const { all, others } = await startThree();
    const peer = await (others[0] as TestReplica).hello(TOKENS.agent, 's1');
    await replicas.write(session({ seq: 0 }));
    const sessionKey = 'default/deploy-bot/s1';
    const asked = others[1] as TestReplica;
    await eventually(
      async () =>
        (await asked.request('POST', '/v1/sessions/kill', TOKENS.responder, { sessionKey, reason: 'odd' })).status ===
        200,
    );
    const kill = await peer.next('kill');
    peer.send({ type: 'kill-acknowledged', sessionId: 's1', killId: kill.killId, inFlight: 'none' });
    for (const replica of all) {
      await eventually(async () => {
        const { body } = await replica.request('GET', '/v1/sessions', TOKENS.viewer);
        return JSON.stringify(body).includes('"attestedBy":"sdk"');
      });
    }
  });

  it("the analysts' stream of any replica shows calls, decisions, holds and kills", async () => {
    const { others } = await startThree();
    const analyst = await (others[0] as TestReplica).connect(TOKENS.viewer, '/v1/analyst');
    await analyst.next('snapshot');
    await replicas.write(policyRecord(), session({ seq: 0 }), held(1));
    await analyst.next('activity');
    await analyst.next('decision', ({ decision }) => (decision as Decision).decision === 'hold');
    const opened = await analyst.next('hold-opened');
    const { holdId } = opened.hold as { holdId: string };
    await (others[1] as TestReplica).request('POST', `/v1/holds/${holdId}/deny`, TOKENS.responder, { reason: 'no' });
    expect(await analyst.next('hold-closed')).toMatchObject({ holdId, outcome: 'denied', by: 'rita' });
  });

  it('a new policy is known in every partition', async () => {
    const { all } = await startThree();
    const put = await (all[0] as TestReplica).request('PUT', '/v1/policy', TOKENS.admin, {
      version: 1,
      tasks: { upgrade: {} },
    });
    expect(put.status).toBe(200);
    for (let partition = 0; partition < 4; partition += 1) {
      const records = replicas.log.records(TOPIC.inputs, partition) as { type: string; policyHash?: string }[];
      expect(records.filter(({ type }) => type === 'policy').map(({ policyHash }) => policyHash)).toEqual([
        put.body.policyHash,
      ]);
    }
  });

  it('when the owner hands over in the middle of a hold, the hold stays, and the approval counts with the next owner', async () => {
    const { all, owner, others } = await startThree();
    const [near, far] = others as [TestReplica, TestReplica];
    const peer = await near.hello(TOKENS.agent, 's1');
    const first = await lease(peer, 1);
    await replicas.write(policyRecord(), session({ seq: 0 }), plain(1), held(2));
    const hold = await peer.next('verdict', ({ decision }) => decision === 'hold');
    await owner.stop();
    await ownerOf(all.filter((replica) => replica !== owner));
    expect(await peer.next('welcome', ({ epoch }) => Number(epoch) > Number(first.epoch))).toBeDefined();
    expect(await lease(peer, 2)).toBeDefined();
    await far.request('POST', `/v1/holds/${hold.holdId}/approve`, TOKENS.responder, { reason: 'still mine' });
    expect(
      await peer.next('verdict', ({ callId, decision }) => callId === 'held' && decision === 'allow'),
    ).toBeDefined();
    const ids = decisions().map(({ decisionId }) => decisionId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('an owner that was replaced without its knowing is not obeyed, and writes nothing any more', async () => {
    const { all, owner } = await startThree();
    const peer = await owner.hello(TOKENS.agent, 's1');
    const before = await lease(peer, 1);
    owner.freeze();
    const next = await ownerOf(all.filter((replica) => replica !== owner));
    expect(next).not.toBe(owner);
    await replicas.write(session({ seq: 0 }), plain(1));
    // Its socket is still served: by the new owner, over the log.
    const verdict = await peer.next('verdict', ({ callId }) => callId === 'c1');
    expect(Number(verdict.epoch)).toBeGreaterThan(Number(before.epoch));
    expect(decisions().map(({ callId }) => callId)).toEqual(['c1']);
  });

  it('a session that comes back while nobody owns its partition hears of its kill, and gets no lease', async () => {
    const { all, others } = await startThree();
    const first = await (others[0] as TestReplica).hello(TOKENS.agent, 's1');
    await replicas.write(...nineSeconds());
    const kill = await first.next('kill');
    await eventually(() => replicas.log.entries(TOPIC.sessions, replicas.partition).at(-1)?.value.includes('killId'));
    // All gone but the log. A fresh one comes up and is given nothing.
    await Promise.all(all.map((replica) => replica.stop()));
    const idle = { join: async () => {}, commit: () => {}, leave: async () => {} };
    const lonely = await replicas.start({ assignment: idle });
    const peer = await lonely.hello(TOKENS.agent, 's1');
    peer.send({ type: 'renew', sessionId: 's1', n: 1 });
    expect(await peer.next('kill')).toMatchObject({ killId: kill.killId });
    peer.send({ type: 'nonsense' });
    await peer.next('error');
    expect(peer.messages.map(({ type }) => type)).not.toContain('lease');
  });

  it('no lease outlives the owner: while a partition is followed by nobody, renewals are not answered', async () => {
    const lone = await replicas.start();
    await allLive([lone]);
    const gateway = await replicas.start({
      assignment: { join: async () => {}, commit: () => {}, leave: async () => {} },
      leaseTtlMs: 40,
    });
    const peer = await gateway.hello(TOKENS.agent, 's1');
    await lease(peer, 1);
    await lone.stop();
    await eventually(() => gateway.detector.metrics().silentPartitions === 1);
    const count = peer.messages.filter(({ type }) => type === 'lease').length;
    for (let n = 2; n < 6; n += 1) peer.send({ type: 'renew', sessionId: 's1', n });
    peer.send({ type: 'nonsense' });
    await peer.next('error');
    expect(peer.messages.filter(({ type }) => type === 'lease')).toHaveLength(count);
    const next = await replicas.start();
    await ownerOf([next]);
    // The newest question was remembered: it is answered as soon as somebody owns the partition.
    expect(await peer.next('lease', ({ n }) => n === 5)).toBeDefined();
  });
});
