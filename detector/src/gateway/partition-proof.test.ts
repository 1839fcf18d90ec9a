import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PartitionProof } from './partition-proof.ts';

const TTL = 3000;

describe('the proof that a partition is followed', () => {
  it('counts from when the question was asked, however late the answer comes', () => {
    let now = 1000;
    const proof = new PartitionProof(() => now);
    const n = proof.ask() ?? -1;
    now += 2000;
    proof.answer(n, 5);
    expect(proof.remainingMs(TTL)).toBe(1000);
    now += 1000;
    expect(proof.remainingMs(TTL)).toBe(0);
  });

  it('is nothing before the first answer, and an answer to no question of ours proves nothing', () => {
    const proof = new PartitionProof(() => 0);
    expect(proof.remainingMs(TTL)).toBe(Number.NEGATIVE_INFINITY);
    proof.answer(7, 5);
    expect(proof.remainingMs(TTL)).toBe(Number.NEGATIVE_INFINITY);
  });

  it('is not shortened by an answer to an older question that comes later', () => {
    let now = 0;
    const proof = new PartitionProof(() => now);
    const first = proof.ask() ?? -1;
    now = 500;
    const second = proof.ask() ?? -1;
    now = 600;
    proof.answer(second, 1);
    proof.answer(first, 1);
    expect(proof.remainingMs(TTL)).toBe(TTL - 100);
  });

  it('tells a new owner by its higher epoch, once', () => {
    const proof = new PartitionProof(() => 0);
    const answers = [4, 4, 9, 9].map((epoch) => proof.answer(proof.ask() ?? -1, epoch));
    expect(answers).toEqual(['same-owner', 'same-owner', 'new-owner', 'same-owner']);
    expect(proof.epoch).toBe(9);
  });

  it('never says more than the time since a question that was answered', () => {
    const step = fc.record({ wait: fc.nat(2000), answer: fc.option(fc.nat(20), { nil: undefined }) });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        let now = 0;
        const proof = new PartitionProof(() => now);
        const asked = new Map<number, number>();
        let newest = Number.NEGATIVE_INFINITY;
        for (const { wait, answer } of steps) {
          const n = proof.ask();
          if (n !== undefined) asked.set(n, now);
          now += wait;
          if (answer === undefined) continue;
          proof.answer(answer, 0);
          newest = Math.max(newest, asked.get(answer) ?? Number.NEGATIVE_INFINITY);
          expect(proof.remainingMs(TTL)).toBeLessThanOrEqual(newest + TTL - now);
        }
      }),
    );
  });
});
