import { describe, expect, it } from 'vitest';
import { Bench, call, DOMAIN_TOKEN, effect, only, policyRecord, session, volumeDelete } from '../testing/builders.ts';
import { SESSION_CAPS } from './state/session.ts';

const secretsSeen = [{ fingerprint: DOMAIN_TOKEN, kind: 'bearer-token' }];
const names = (outputs: Parameters<typeof only>[0]): string[] =>
  only(outputs, 'decision').flatMap(({ decision }) => decision.invariants.map(({ name }) => name));

function opened(): Bench {
  const bench = new Bench();
  bench.feedAll([policyRecord(), session({ seq: 0 })]);
  return bench;
}

describe("a sender's order", () => {
  it('takes what arrives after its gap was given up: a late result still shows its secret', () => {
    const bench = opened();
    const reading = { effects: [effect()] };
    bench.feedAll([call({ seq: 1, derived: reading }), call({ seq: 2, phase: 'started', derived: reading })]);
    bench.feed(call({ seq: 4, callId: 'c2', derived: reading }));
    bench.wait(5000);
    bench.feed({ type: 'tick', v: 1 });
    bench.feed(call({ seq: 3, phase: 'result', derived: { ...reading, secretsSeen } }));
    const outputs = bench.feed(
      call({ seq: 5, callId: 'c3', derived: { effects: [volumeDelete('vol_scratch', DOMAIN_TOKEN)] } }),
    );
    expect(names(outputs)).toContain('credential-not-found');
  });

  it('takes a late event once', () => {
    const bench = opened();
    bench.feed(call({ seq: 9, callId: 'c9' }));
    bench.wait(5000);
    bench.feed({ type: 'tick', v: 1 });
    const late = call({ seq: 4, callId: 'c4', derived: { effects: [effect()] } });
    expect(only(bench.feed(late), 'verdict')).toHaveLength(1);
    expect(bench.feed(late)).toEqual([]);
    expect(only(bench.feed(call({ seq: 5, callId: 'c5' })), 'verdict')).toHaveLength(1);
  });

  it('survives a leap to the largest number, and says how much is missing', () => {
    const bench = opened();
    bench.feed(call({ seq: Number.MAX_SAFE_INTEGER, callId: 'leap' }));
    bench.wait(5000);
    expect(names(bench.feed({ type: 'tick', v: 1 }))).toEqual(['record-complete']);
    expect(only(bench.feed(call({ seq: 1, callId: 'c1' })), 'verdict')).toHaveLength(1);
  });

  it('with more waiting than is kept is judged on at once, under raised posture', () => {
    const bench = opened();
    const outputs = [];
    for (let seq = 2; seq <= SESSION_CAPS.pending + 3; seq += 1)
      outputs.push(...bench.feed(call({ seq, callId: `c${seq}` })));
    expect(only(outputs, 'verdict')).toHaveLength(SESSION_CAPS.pending + 2);
    expect(names(outputs)).toContain('record-complete');
  });

  it('of a producer is not forgotten because many others appear, and their number is noted', () => {
    const bench = opened();
    bench.feed(call({ seq: 1, callId: 'c1' }));
    const outputs = [];
    for (let n = 0; n < 100; n += 1) outputs.push(...bench.feed(call({ producer: `q${n}`, seq: 0, callId: `q${n}` })));
    expect(bench.feed(call({ seq: 1, callId: 'c1' }))).toEqual([]);
    expect(names(outputs).filter((name) => name === 'record-complete')).toHaveLength(1);
    expect(only(outputs, 'verdict')).toHaveLength(100);
  });

  it('with one place taken twice is noted, and both events count', () => {
    const bench = opened();
    bench.feed(call({ seq: 1, callId: 'decoy', derived: { effects: [effect()] } }));
    const outputs = bench.feed(call({ seq: 1, callId: 'real', phase: 'result', derived: { secretsSeen } }));
    expect(names(outputs)).toContain('record-complete');
    const [state] = bench.engine.store.sessions.values();
    expect(state?.secrets.has(DOMAIN_TOKEN)).toBe(true);
  });

  it('that holds an intent makes its start an alert, not a kill; without a gap it is one', () => {
    const honest = opened();
    honest.feed(call({ seq: 2, callId: 'c1', phase: 'started' }));
    honest.wait(5000);
    const late = honest.feed({ type: 'tick', v: 1 });
    expect(names(late)).toEqual(['record-complete', 'record-complete']);
    expect(only(late, 'kill')).toEqual([]);
    expect(only(opened().feed(call({ seq: 1, callId: 'c1', phase: 'started' })), 'kill')).toHaveLength(1);
  });
});
