import { describe, expect, it } from 'vitest';
import { Bench, call, command, effect, only } from '../testing/builders.ts';

const act = effect({
  verb: 'transfer',
  resource: 'dataset',
  system: 'http',
  scope: 'one',
  reversibility: 'irreversible',
});
const grave = { effects: [{ ...act, scope: 'all' as const, destructiveness: 0.5 }] };
const mild = { effects: [act] };

function asks(bench: Bench, callId: string): string {
  const outputs = bench.feed(call({ callId, sessionId: 'last', derived: grave }));
  return only(outputs, 'verdict')
    .map(({ decision }) => decision)
    .join();
}

describe('the baseline', () => {
  it('learns nothing from spans, which nobody gated', () => {
    const bench = new Bench();
    for (const n of [1, 2, 3, 4]) bench.feed(call({ origin: 'span', phase: 'result', callId: `f${n}`, derived: mild }));
    expect(bench.engine.store.agent('default', 'deploy-bot').acts.size).toBe(0);
    expect(asks(bench, 'x')).toBe('hold');
  });

  it('learns nothing from a result that was never asked for', () => {
    const bench = new Bench();
    for (const n of [1, 2, 3, 4])
      bench.feed(call({ phase: 'result', callId: `f${n}`, sessionId: `s${n}`, derived: mild }));
    expect(bench.engine.store.agent('default', 'deploy-bot').acts.size).toBe(0);
  });

  it('learns nothing from a call that was allowed and not run', () => {
    const bench = new Bench();
    for (const n of [1, 2, 3, 4]) {
      bench.feed(call({ callId: `f${n}`, derived: mild }));
      bench.feed(call({ callId: `f${n}`, phase: 'abandoned', derived: mild }));
      bench.feed(call({ callId: `f${n}`, origin: 'span', phase: 'result', derived: mild }));
    }
    expect(bench.engine.store.agent('default', 'deploy-bot').acts.size).toBe(0);
  });

  it('does not take mild acts for practice of a grave one of the same name', () => {
    const bench = new Bench();
    for (const n of [1, 2, 3, 4])
      for (const phase of ['intent', 'started', 'result'] as const)
        bench.feed(call({ callId: `f${n}`, phase, derived: mild }));
    expect(asks(bench, 'x')).toBe('hold');
  });

  it('learns a grave act from those that a person approved and that ran', () => {
    const bench = new Bench();
    for (const n of [1, 2, 3]) {
      const held = bench.feed(call({ callId: `f${n}`, derived: grave }));
      const holdId = only(held, 'hold-opened')[0]?.hold.holdId ?? '';
      bench.feed(command({ command: 'approve', holdId }));
      for (const phase of ['started', 'result'] as const) bench.feed(call({ callId: `f${n}`, phase, derived: grave }));
    }
    expect(asks(bench, 'x')).toBe('allow');
  });
});
