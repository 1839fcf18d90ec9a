import { type GatewayMessage, sessionKeyOf, TOPIC } from '@haltwire/schemas';
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
  beforeEach(() => {
    log = new MemoryLog();
    metrics = new Metrics();
    delivered = [];
    link = new LogLink({
      gateway: 'gw',
      sink: log,
      recordOf: () => undefined,
      metrics,
      logger: silentLogger,
      leaseTtlMs: 60_000,
      deliver: (_key, message) => delivered.push(message),
      leasable: () => {},
      probeMs: 60_000,
    });
  });
  afterEach(() => link.close());

  const attach = async () => {
    link.attach(ref);
    await new Promise(setImmediate);
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
    await new Promise(setImmediate);
    alive(12);
    expect(link.lease(sessionKey)).toEqual({ kind: 'none' });
    await new Promise(setImmediate);
    expect(attachments().length).toBeGreaterThanOrEqual(4);
    say(12, welcome(12));
    expect(link.lease(sessionKey)).toMatchObject({ kind: 'lease', terms: { epoch: 12 } });
  });

  it('asks again when the owner has read past the hello without an answer: it had not claimed the partition yet', async () => {
    await attach();
    const [first = -1] = probes();
    // Asked before anything was answered; the new owner replayed the hello and answers only what came after its claim.
    alive(7, first);
    await new Promise(setImmediate);
    expect(attachments()).toHaveLength(2);
    say(7, welcome(7));
    alive(7);
    await new Promise(setImmediate);
    expect(link.lease(sessionKey)).toMatchObject({ kind: 'lease' });
    expect(attachments()).toHaveLength(2);
  });

  it('does not ask again because of a probe that was asked before the hello was on the log', async () => {
    await attach();
    const [first = -1] = probes();
    say(7, welcome(7));
    link.attach(ref);
    alive(7, first);
    await new Promise(setImmediate);
    expect(attachments()).toHaveLength(2);
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
    await new Promise(setImmediate);
    expect(acknowledged()).toMatchObject([{ killId: 'k1', attestedBy: 'sdk' }]);
  });

  it('asks again when the log was away as somebody said hello', async () => {
    log.failing = true;
    await attach();
    log.failing = false;
    while (attachments().length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(attachments()).toHaveLength(1);
  });
});
