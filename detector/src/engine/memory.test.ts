import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Bench, call, DOMAIN_TOKEN, effect, only, policyRecord, session, volumeDelete } from '../testing/builders.ts';
import { Engine } from './engine.ts';
import { SESSION_CAPS } from './state/session.ts';

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
});
