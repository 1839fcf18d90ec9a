import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Bench, call, DOMAIN_TOKEN, effect, only, policyRecord, session, volumeDelete } from '../testing/builders.ts';
import { Engine } from './engine.ts';
import { MEMORY_CAPS } from './state/memory.ts';
import { SESSION_CAPS } from './state/session.ts';
import { StateStore } from './state/store.ts';

const fake = (n: number): string => `hwf_${createHash('sha256').update(String(n)).digest('hex').slice(0, 32)}`;
const names = (outputs: Parameters<typeof only>[0]): string[] =>
  only(outputs, 'decision').flatMap(({ decision }) =>
    [...decision.invariants, ...decision.indicators].map(({ name }) => name),
  );
const shows = (callId: string, fingerprints: readonly string[], sessionId = 's1') =>
  call({
    callId,
    sessionId,
    origin: 'span',
    phase: 'result',
    derived: { secretsSeen: fingerprints.map((fingerprint) => ({ fingerprint, kind: 'bearer-token' })) },
  });

describe("an agent's memory", () => {
  it('keeps a found token however many others are shown after it', () => {
    const bench = new Bench();
    bench.feedAll([policyRecord(), session({}), shows('c1', [DOMAIN_TOKEN])]);
    for (let n = 0; n < 40; n += 1)
      bench.feed(
        shows(
          `f${n}`,
          Array.from({ length: 100 }, (_, i) => fake(n * 100 + i)),
        ),
      );
    const restored = new Engine();
    for (const { key, value } of bench.engine.takeChanges()) restored.restore(key, value ?? '');
    restored.restored();
    for (const engine of [bench.engine, restored]) {
      const copy = new Bench(engine);
      copy.now = bench.now;
      const outputs = copy.feed(
        call({ callId: 'x', sessionId: 's2', derived: { effects: [volumeDelete('vol_scratch', DOMAIN_TOKEN)] } }),
      );
      expect(names(outputs)).toContain('credential-not-found');
    }
  });

  it('keeps the newest refusal however many other failures follow', () => {
    const bench = new Bench();
    const failing = (callId: string, of: 'authorization' | 'not-found') =>
      call({ callId, origin: 'span', phase: 'result', derived: { outcome: { status: 'error', class: of } } });
    bench.feedAll([policyRecord(), session({}), failing('c1', 'authorization')]);
    for (let n = 0; n < 3 * SESSION_CAPS.failures; n += 1) bench.feed(failing(`f${n}`, 'not-found'));
    const outputs = bench.feed(call({ callId: 'x', derived: { secretHunt: { evidence: 'grep token' } } }));
    expect(names(outputs)).toContain('secret-hunting');
  });

  it('lets no session ask people more than they can read', () => {
    const bench = new Bench();
    bench.feed(session({}));
    const grave = {
      effects: [effect({ verb: 'delete', resource: 'volume', destructiveness: 1, reversibility: 'irreversible' })],
    };
    const answers: string[] = [];
    for (let n = 0; n < 200; n += 1)
      answers.push(...only(bench.feed(call({ callId: `c${n}`, derived: grave })), 'verdict').map((v) => v.decision));
    expect(answers.filter((answer) => answer === 'hold')).toHaveLength(SESSION_CAPS.holds);
    expect(answers.filter((answer) => answer === 'deny')).toHaveLength(200 - SESSION_CAPS.holds);
  });

  it('is bounded in every part, whatever a session does', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 9 }), { minLength: 1, maxLength: 3 }), (seeds) => {
        const bench = new Bench();
        bench.feed({ ...session({}), claimed: { taskText: 'x'.repeat(4000) } });
        for (let n = 0; n < 400; n += 1) {
          const path = `/w/${seeds.join('')}-${n}`;
          const made = effect({ verb: 'create', target: { path }, destructiveness: 0.1 });
          const gone = effect({ verb: 'delete', target: { path }, destructiveness: 0.6 });
          const page = effect({ system: 'http', target: { host: 'x.example' } });
          const base = { callId: `c${n}`, claimed: { cwd: '/w' }, derived: { effects: [made, gone, page] } };
          bench.feedAll([call(base), call({ ...base, phase: 'started' })]);
          const resultText = `locked; ask a${n}@x.example or b${n}@x.example`;
          const outcome = { status: n % 2 === 0 ? 'ok' : 'error', class: 'none' } as const;
          bench.feed(
            call({
              ...base,
              phase: 'result',
              claimed: { cwd: '/w', resultText },
              derived: { ...base.derived, outcome },
            }),
          );
        }
        const memory = bench.engine.store.sessions.get('default/deploy-bot/s1')?.memory;
        expect(memory?.taskText).toHaveLength(MEMORY_CAPS.taskText);
        expect(memory?.made.size).toBe(MEMORY_CAPS.made);
        expect(memory?.blocked.size).toBe(MEMORY_CAPS.blocked);
        expect(memory?.addresses.size).toBe(MEMORY_CAPS.addresses);
      }),
      { numRuns: 3 },
    );
  });

  it('is bounded over any number of sessions, and so is what a snapshot of all of it holds', () => {
    const bench = new Bench(new Engine(new StateStore(100)));
    const kept = new Map<string, number>();
    const most = { sessions: 0, characters: 0, early: 0 };
    for (let n = 0; n < 10_000; n += 1) {
      const sessionId = `s${n}`;
      const page = effect({ system: 'http', target: { host: 'x.example' } });
      const base = { sessionId, callId: 'c', claimed: { cwd: '/w' }, derived: { effects: [page] } };
      bench.feed({ ...session({ sessionId }), claimed: { taskText: `task ${n}` } });
      bench.feedAll([call(base), call({ ...base, phase: 'started' })]);
      bench.feed(call({ ...base, phase: 'result', claimed: { cwd: '/w', resultText: `a${n}@x.example` } }));
      bench.log.length = 0;
      if (n % 100 !== 99) continue;
      for (const { key, value } of bench.engine.takeChanges()) {
        if (value === null) kept.delete(key);
        else kept.set(key, value.length);
      }
      const characters = [...kept.values()].reduce((sum, length) => sum + length, 0);
      if (n < 1000) most.early = Math.max(most.early, characters);
      most.characters = Math.max(most.characters, characters);
      most.sessions = Math.max(most.sessions, bench.engine.store.sessions.size);
    }
    expect(most.sessions).toBeLessThanOrEqual(101);
    expect(most.characters).toBeLessThan(most.early * 1.5);
  });
});
