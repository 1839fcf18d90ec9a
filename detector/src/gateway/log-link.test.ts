import { type GatewayMessage, type SessionRecord, sessionKeyOf, TOPIC } from '@haltwire/schemas';
import { MemoryLog } from '@haltwire/schemas/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../logger.ts';
import { Metrics } from '../metrics.ts';
import { LogLink } from './log-link.ts';

const ref = { tenantId: 'default', agentId: 'deploy-bot', sessionId: 's1' };
const sessionKey = sessionKeyOf(ref);
const partition = 0;

describe('a gateway whose sessions are owned elsewhere', () => {
  let log: MemoryLog;
  let link: LogLink;
  let metrics: Metrics;
  let delivered: GatewayMessage[];
  let record: SessionRecord | undefined;
  beforeEach(() => {
    record = undefined;
    log = new MemoryLog();
    metrics = new Metrics();
    delivered = [];
    link = new LogLink({
      gateway: 'gw',
      sink: log,
      recordOf: () => record,
      metrics,
      logger: silentLogger,
      leaseTtlMs: 60_000,
      deliver: (_key, message) => delivered.push(message),
      leasable: () => {},
      probeMs: 60_000,
    });
  });
  afterEach(() => link.close());

  const settle = async () => {
    for (let turns = 0; turns < 5; turns += 1) await new Promise(setImmediate);
  };
  const attach = async () => {
    link.attach(ref);
    await settle();
  };
  const probes = () =>
    (log.records(TOPIC.inputs) as { type: string; n: number }[])
      .filter(({ type }) => type === 'probe')
      .map(({ n }) => n);
  const attachments = () => (log.records(TOPIC.inputs) as { type: string }[]).filter(({ type }) => type === 'attached');
  const say = (epoch: number, message: GatewayMessage) =>
    link.receive({ type: 'session', v: 1, partition, epoch, sessionKey, message });
  const alive = (epoch: number, n = probes().at(-1) ?? -1) =>
    link.receive({ type: 'alive', v: 1, partition, epoch, n });
  const welcome = (epoch: number): GatewayMessage => ({
    type: 'welcome',
    sessionId: 's1',
    epoch,
    postureEpoch: 0,
    posture: 'normal',
    readOnlyTools: [],
  });
  const allow = (epoch: number): GatewayMessage => ({
    type: 'verdict',
    sessionId: 's1',
    callId: 'c1',
    digest: 'd',
    decision: 'allow',
    decisionId: 'dec',
    epoch,
    postureEpoch: 0,
    deadlineMs: 5000,
    reason: '',
  });

  /** What the topic of session records says of a killed session. */
  const killed = (postureEpoch: number): SessionRecord => ({
    type: 'session-record',
    v: 1,
    epoch: 5,
    session: {
      sessionKey,
      caseId: 'case',
      ...ref,
      taskAttested: false,
      posture: 'locked',
      postureEpoch,
      kill: { killId: 'k1', at: 0, by: 'haltwire', reason: 'odd' },
      calls: 1,
      startedAt: 0,
      lastAt: 0,
      ended: false,
    },
    holds: [],
    closed: [],
  });

  it('gives no lease before the owner has both answered the hello and shown that it follows the log', async () => {
    await attach();
    expect(link.lease(sessionKey)).toEqual({ kind: 'none' });
    alive(7);
    expect(link.lease(sessionKey)).toEqual({ kind: 'none' });
    say(7, welcome(7));
    expect(link.lease(sessionKey)).toMatchObject({ kind: 'lease', terms: { epoch: 7, posture: 'normal' } });
  });

  it('passes on nothing that an earlier owner says once a newer one was heard of', async () => {
    await attach();
    say(9, welcome(9));
    const before = delivered.length;
    say(7, allow(7));
    link.receive({ type: 'alive', v: 1, partition, epoch: 7, n: probes().at(-1) ?? -1 });
    expect(delivered).toHaveLength(before);
    expect(link.lease(sessionKey)).toEqual({ kind: 'none' });
    expect(metrics.read().messagesFenced).toBe(2);
  });

  it('asks a new owner how each session stands, and gives no lease until it has answered', async () => {
    await attach();
    say(7, welcome(7));
    alive(7);
    expect(attachments()).toHaveLength(1);
    link.attach({ ...ref, sessionId: 's2' });
    await settle();
    alive(12);
    expect(link.lease(sessionKey)).toEqual({ kind: 'none' });
    await settle();
    expect(attachments().length).toBeGreaterThanOrEqual(4);
    say(12, welcome(12));
    expect(link.lease(sessionKey)).toMatchObject({ kind: 'lease', terms: { epoch: 12 } });
  });

  it('asks again when the owner has read past the hello without an answer: it had not claimed the partition yet', async () => {
    await attach();
    const [first = -1] = probes();
    // Asked before anything was answered; the new owner replayed the hello and answers only what came after its claim.
    alive(7, first);
    await settle();
    expect(attachments()).toHaveLength(2);
    say(7, welcome(7));
    alive(7);
    await settle();
    expect(link.lease(sessionKey)).toMatchObject({ kind: 'lease' });
    expect(attachments()).toHaveLength(2);
  });

  it('does not ask again because of a probe that was asked before the hello was on the log', async () => {
    await attach();
    const [first = -1] = probes();
    say(7, welcome(7));
    link.attach({ ...ref, sessionId: 's2' });
    alive(7, first);
    await settle();
    expect(attachments()).toHaveLength(2);
  });

  it('hears a socket that says hello again and again once in a round only', async () => {
    await attach();
    for (let n = 0; n < 1000; n += 1) {
      link.attach(ref);
      if (n % 100 === 0) link.detach(sessionKey);
      await new Promise(setImmediate);
    }
    expect(log.entries(TOPIC.inputs).length).toBeLessThan(60);
  });

  it('answers renewals of a killed session with its kill, until it is released', async () => {
    await attach();
    say(7, welcome(7));
    alive(7);
    say(7, { type: 'kill', sessionId: 's1', killId: 'k1', epoch: 7, postureEpoch: 1, reason: 'odd' });
    expect(link.lease(sessionKey)).toMatchObject({ kind: 'kill', message: { killId: 'k1' } });
    say(7, { type: 'release', sessionId: 's1', killId: 'k1', epoch: 7, postureEpoch: 2 });
    expect(link.lease(sessionKey)).toMatchObject({ kind: 'lease', terms: { posture: 'elevated' } });
  });

  it('writes one acknowledgement of a kill that stands, and none of one that was never said', async () => {
    await attach();
    const acknowledged = () =>
      (log.records(TOPIC.inputs) as { type: string }[]).filter(({ type }) => type === 'kill-acknowledged');
    link.killAcknowledged(ref, 'made-up', 'none');
    say(7, { type: 'kill', sessionId: 's1', killId: 'k1', epoch: 7, postureEpoch: 1, reason: 'odd' });
    for (let n = 0; n < 5; n += 1) link.killAcknowledged(ref, 'k1', 'none');
    await settle();
    expect(acknowledged()).toMatchObject([{ killId: 'k1', attestedBy: 'sdk' }]);
  });

  it('says a kill that stands in the record, also while it waits for the owner, and takes its acknowledgement', async () => {
    record = killed(3);
    await attach();
    expect(delivered).toMatchObject([{ type: 'kill', killId: 'k1' }]);
    link.killAcknowledged(ref, 'k1', 'aborted');
    await settle();
    expect(log.records(TOPIC.inputs)).toContainEqual(expect.objectContaining({ type: 'kill-acknowledged' }));
    expect(link.lease(sessionKey)).toEqual({ kind: 'none' });
  });

  it('takes a kill from the record when the owner did not reach it', async () => {
    await attach();
    say(7, welcome(7));
    alive(7);
    link.onRecord(killed(3));
    expect(delivered.at(-1)).toMatchObject({ type: 'kill', killId: 'k1', epoch: 7 });
    expect(link.lease(sessionKey)).toMatchObject({ kind: 'kill' });
  });

  it('says that a session is released when only an old record still had its kill', async () => {
    record = killed(3);
    await attach();
    say(7, { ...welcome(7), postureEpoch: 4, posture: 'elevated' } as GatewayMessage);
    expect(delivered.map(({ type }) => type)).toEqual(['kill', 'welcome', 'release']);
    link.onRecord(killed(3));
    alive(7);
    expect(link.lease(sessionKey)).toMatchObject({ kind: 'lease' });
  });

  it('remembers the epoch of a partition in which nobody has a socket any more', async () => {
    await attach();
    say(9, welcome(9));
    link.detach(sessionKey);
    await settle();
    await attach();
    say(7, allow(7));
    expect(delivered.filter(({ type }) => type === 'verdict')).toEqual([]);
  });

  it('asks anew how all its sessions stand when owners say that messages were missed', async () => {
    await attach();
    say(7, welcome(7));
    alive(7);
    link.receive({ type: 'missed', v: 1, partition, epoch: 7 });
    expect(link.lease(sessionKey)).toEqual({ kind: 'none' });
    await settle();
    expect(attachments()).toHaveLength(2);
  });

  it('asks again when the log was away as somebody said hello', async () => {
    log.failing = true;
    await attach();
    log.failing = false;
    while (attachments().length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(attachments()).toHaveLength(1);
  });
});
