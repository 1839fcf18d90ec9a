import { policySchema, type SessionMode } from '@haltwire/schemas';
import { describe, expect, it } from 'vitest';
import { Bench, call, effect, only, policyRecord, session } from '../../testing/builders.ts';

const write = effect({ verb: 'update', resource: 'file', target: { path: '/w/a' }, destructiveness: 0.3 });
const there = effect({
  verb: 'update',
  resource: 'record',
  system: 'railway',
  target: { id: 'db' },
  destructiveness: 0.3,
});
const test = effect({ verb: 'execute', resource: 'script', system: 'shell', destructiveness: 0.3, scope: 'unknown' });
const NOON = Date.parse('2026-12-24T12:00:00Z');

function said(bench: Bench, effects: readonly (typeof write)[], claimed: object = {}): string {
  const outputs = bench.feed(call({ callId: `c${bench.log.length}`, claimed, derived: { effects: [...effects] } }));
  const { decision, invariants } = only(outputs, 'decision')[0]?.decision ?? { decision: 'none', invariants: [] };
  return [decision, ...invariants.map(({ name }) => name)].join(' ');
}

describe('a mode that the harness tells', () => {
  const inMode = (mode: SessionMode): Bench => {
    const bench = new Bench();
    bench.feedAll([session({}), { ...session({}), eventId: 'e2', phase: 'changed', claimed: { mode } }]);
    return bench;
  };

  it.each(['plan', 'read-only', 'freeze', 'stop'] as const)(
    '%s refuses changes, asks about programs, lets look',
    (mode) => {
      const bench = inMode(mode);
      expect(said(bench, [write])).toBe('deny freeze');
      expect(said(bench, [there])).toBe('deny freeze');
      expect(said(bench, [test])).toBe('hold freeze');
      expect(said(bench, [effect()])).toBe('allow');
    },
  );

  it('ends when the session says so, not when a call does', () => {
    const bench = inMode('plan');
    expect(said(bench, [write], { mode: 'normal' })).toBe('deny freeze');
    bench.feed({ ...session({}), eventId: 'e3', phase: 'changed', claimed: { mode: 'normal' } });
    expect(said(bench, [write])).toBe('allow');
    expect(said(bench, [write], { mode: 'stop' })).toBe('deny freeze');
    expect(said(bench, [write])).toBe('allow');
  });

  it('is refused by a task that the policy declares read-only', () => {
    const bench = new Bench();
    const policy = { version: 1, agents: { 'deploy-bot': { task: 'look' } }, tasks: { look: { mode: 'read-only' } } };
    bench.feedAll([policyRecord(policySchema.parse(policy)), session({})]);
    expect(said(bench, [write])).toBe('deny freeze');
  });
});

describe('a freeze window of the policy', () => {
  const frozen = (over: object, agents: object = {}): Bench => {
    const bench = new Bench();
    const window = { from: '2026-12-24T12:00:00Z', until: '2026-12-24T13:00:00Z', ...over };
    const resources = { db: { match: 'db', kind: 'database', environment: 'prd' } };
    const tasks = { rescue: {} };
    bench.feed(policyRecord(policySchema.parse({ version: 1, agents, tasks, resources, freezes: { xmas: window } })));
    bench.now = NOON;
    return bench;
  };

  it('begins and ends by the log, to the millisecond', () => {
    const bench = frozen({});
    for (const [at, expected] of [
      [NOON - 1, 'hold'],
      [NOON, 'deny freeze'],
      [NOON + 3_599_999, 'deny freeze'],
      [NOON + 3_600_000, 'hold'],
    ] as const) {
      const fresh = frozen({});
      fresh.now = at;
      expect(said(fresh, [there])).toBe(expected);
    }
    expect(said(bench, [effect()])).toBe('allow');
  });

  it('is for the environments, systems and agents that it names, whatever their spelling', () => {
    expect(said(frozen({ environments: ['production'] }), [there])).toBe('deny freeze');
    expect(said(frozen({ environments: ['staging'] }), [there])).toBe('hold');
    expect(said(frozen({ systems: ['railway'] }), [there])).toBe('deny freeze');
    expect(said(frozen({ systems: ['aws'] }), [there])).toBe('hold');
    expect(said(frozen({ agents: ['other-bot'] }), [there])).toBe('hold');
  });

  it('says nothing of an environment that nobody knows, nor of files and programs of the workspace', () => {
    const unknown = { ...there, target: { id: 'elsewhere' } };
    expect(said(frozen({ environments: ['production'] }), [unknown])).toBe('allow');
    expect(said(frozen({}), [write])).toBe('allow');
    expect(said(frozen({}), [test])).toBe('allow');
    expect(said(frozen({ systems: ['filesystem'] }), [write])).toBe('deny freeze');
  });

  it('lets the tasks go on that it excepts', () => {
    const agents = { 'deploy-bot': { task: 'rescue' } };
    expect(said(frozen({ exceptTasks: ['rescue'] }, agents), [there])).toBe('hold');
    expect(said(frozen({}, agents), [there])).toBe('deny freeze');
  });
});
