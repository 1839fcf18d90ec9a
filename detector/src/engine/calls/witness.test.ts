import { describe, expect, it } from 'vitest';
import {
  Bench,
  call,
  command,
  DOMAIN_TOKEN,
  effect,
  only,
  policyRecord,
  STAGING_TOKEN,
  session,
  volumeDelete,
} from '../../testing/builders.ts';

const doomed = { effects: [volumeDelete('vol_scratch', STAGING_TOKEN)] };
const harmless = { effects: [effect()] };

function opened(): Bench {
  const bench = new Bench();
  bench.feedAll([policyRecord(), session({ seq: 0 })]);
  return bench;
}

function decisionsOf(outputs: Parameters<typeof only>[0]): string[] {
  return only(outputs, 'decision').map(({ decision }) =>
    [decision.decision, ...decision.invariants.map(({ name }) => name)].join(' '),
  );
}

describe('a span, the second witness', () => {
  it('that comes before the intent does not keep the intent from being judged', () => {
    const bench = opened();
    bench.feed(call({ origin: 'span', phase: 'result', callId: 'c1', derived: harmless }));
    const outputs = bench.feed(call({ seq: 1, callId: 'c1', derived: doomed }));
    expect(only(outputs, 'verdict').map(({ decision }) => decision)).toEqual(['hold']);
  });

  it('does not turn a held call into one that may start', () => {
    const bench = opened();
    bench.feed(call({ seq: 1, derived: doomed }));
    bench.feed(call({ origin: 'span', phase: 'result', claimed: { status: 'error' }, derived: doomed }));
    const outputs = bench.feed(call({ seq: 2, phase: 'started', derived: doomed }));
    expect(decisionsOf(outputs)).toEqual(['kill approved-digest']);
  });

  it('that says that a held call ran is evidence against the session', () => {
    const bench = opened();
    bench.feed(call({ seq: 1, derived: doomed }));
    const outputs = bench.feed(call({ origin: 'span', phase: 'result', claimed: { status: 'ok' }, derived: doomed }));
    expect(decisionsOf(outputs)).toEqual(['kill approved-digest']);
  });

  it('that ends first does not hide what the result showed', () => {
    const bench = opened();
    bench.feedAll([
      call({ seq: 1, derived: harmless }),
      call({ seq: 2, phase: 'started', derived: harmless }),
      call({ origin: 'span', phase: 'result', derived: harmless }),
      call({
        seq: 3,
        phase: 'result',
        derived: { ...harmless, secretsSeen: [{ fingerprint: DOMAIN_TOKEN, kind: 'bearer-token' }] },
      }),
    ]);
    const outputs = bench.feed(
      call({ seq: 4, callId: 'c2', derived: { effects: [volumeDelete('vol_scratch', DOMAIN_TOKEN)] } }),
    );
    expect(decisionsOf(outputs)[0]).toContain('credential-not-found');
  });

  it('tells of another act than was judged under the same call id: it is judged too', () => {
    const bench = opened();
    bench.feedAll([
      call({ seq: 1, derived: harmless }),
      call({ seq: 2, phase: 'started', derived: harmless }),
      call({ seq: 3, phase: 'result', derived: harmless }),
    ]);
    const outputs = bench.feed(
      call({ origin: 'span', phase: 'result', arguments: { command: 'other' }, derived: doomed }),
    );
    expect(decisionsOf(outputs)).toEqual(['alert']);
  });

  it('of the very call that was judged adds no decision', () => {
    const bench = opened();
    bench.feedAll([
      call({ seq: 1, derived: harmless }),
      call({ seq: 2, phase: 'started', derived: harmless }),
      call({ seq: 3, phase: 'result', derived: harmless }),
    ]);
    const outputs = bench.feed(call({ origin: 'span', phase: 'result', derived: harmless }));
    expect(decisionsOf(outputs)).toEqual([]);
  });
});

describe('a call id', () => {
  it('that was only ever seen on a span was never asked for', () => {
    const bench = opened();
    bench.feed(call({ origin: 'span', phase: 'result', derived: harmless }));
    const outputs = bench.feed(call({ seq: 1, phase: 'started', derived: doomed }));
    expect(decisionsOf(outputs)).toEqual(['kill approved-digest']);
  });

  it('used again for another call is refused, and said so', () => {
    const bench = opened();
    bench.feedAll([call({ seq: 1, derived: harmless }), call({ seq: 2, phase: 'started', derived: harmless })]);
    const outputs = bench.feed(call({ seq: 3, arguments: { command: 'other' }, derived: doomed }));
    expect(decisionsOf(outputs)).toEqual(['deny approved-digest']);
    expect(only(outputs, 'verdict').map(({ decision }) => decision)).toEqual(['deny']);
  });

  it('allows one start', () => {
    const bench = opened();
    bench.feedAll([call({ seq: 1, derived: harmless }), call({ seq: 2, phase: 'started', derived: harmless })]);
    const outputs = bench.feed(call({ seq: 3, phase: 'started', derived: harmless }));
    expect(decisionsOf(outputs)).toEqual(['kill approved-digest']);
  });

  it('whose result comes before its intent was run past the gate', () => {
    const bench = opened();
    const outputs = bench.feed(call({ seq: 1, phase: 'result', derived: doomed }));
    expect(decisionsOf(outputs)).toContain('kill approved-digest');
  });

  it('that starts without saying which call it is, is not the one that was judged', () => {
    const bench = opened();
    bench.feed(call({ seq: 1, derived: harmless }));
    const outputs = bench.feed(call({ seq: 2, phase: 'started', claimed: { digest: undefined }, derived: harmless }));
    expect(decisionsOf(outputs)).toEqual(['kill approved-digest']);
  });
});

describe('a kill', () => {
  it('takes back the allow of a call that has not started, also after a release', () => {
    const bench = opened();
    bench.feed(call({ seq: 1, derived: harmless }));
    bench.feedAll([command({ command: 'kill' }), command({ command: 'release' })]);
    const [state] = bench.engine.store.sessions.values();
    expect(state?.calls.get('c1')?.state).toBe('abandoned');
  });
});
