import { beforeAll, describe, expect, it } from 'vitest';
import { seenOf } from '../actions/seen.ts';
import { type Front, openFront } from '../support/front.ts';
import { Shares } from '../support/metrics.ts';
import { diceOf } from './dice.ts';
import { evasionSamples } from './evasion.ts';
import { seedsOf } from './seeds/index.ts';
import { plainCall, rewritings, transformationNames } from './transforms/index.ts';

let front: Front;
beforeAll(async () => {
  front = await openFront();
});

/** Transformations that are not always seen through yet. It is to stay empty. */
const notYet: readonly string[] = [];
const LEAST_RECALL = 0.995;
const MOST_FALSE = 0.002;

function measure(seed: number): Shares {
  const shares = new Shares();
  for (const { call, questions } of evasionSamples(front, { seed, rounds: 1 })) {
    const seen = seenOf(front.read(call).derived, call);
    for (const { metric, hit, groups } of questions) shares.add(metric, hit(seen), groups);
  }
  return shares;
}

const shareOf = (shares: Shares, name: string): number | undefined =>
  [...shares.metrics(), ...shares.groupMetrics()].find((metric) => metric.name === name)?.value;

describe('a destructive act', () => {
  it('is recognised in what it is rewritten to, as often as it was before or more often', () => {
    const shares = measure(1);
    expect(shareOf(shares, 'evasion.seeds.recall')).toBe(1);
    expect(shareOf(shares, 'evasion.recall')).toBeGreaterThanOrEqual(LEAST_RECALL);
    const missed = transformationNames.filter(
      (name) => shareOf(shares, `evasion.recall[transformation=${name}]`) !== 1,
    );
    expect(missed).toEqual(notYet);
  });
});

describe('a benign act', () => {
  it('does not look destructive after the same rewriting, or as rarely as before', () => {
    const shares = measure(1);
    expect(shareOf(shares, 'evasion.benign_seeds.false_positive_rate')).toBe(0);
    expect(shareOf(shares, 'evasion.benign_false_positive_rate')).toBeLessThanOrEqual(MOST_FALSE);
  });
});

describe('the grammar', () => {
  it('gives the same set for the same seed and another for another', () => {
    const calls = (seed: number): string =>
      JSON.stringify([...evasionSamples(front, { seed, rounds: 1 })].map(({ call }) => call));
    expect(calls(7)).toBe(calls(7));
    expect(calls(7)).not.toBe(calls(8));
  });

  it('uses every transformation, on destructive and on benign acts', () => {
    const names = { destructive: new Set<string>(), benign: new Set<string>() };
    const dice = diceOf(1);
    for (const act of seedsOf(dice))
      for (const { name } of rewritings(act, dice)) names[act.benign ? 'benign' : 'destructive'].add(name);
    expect([...names.destructive].sort()).toEqual([...transformationNames].sort());
    expect(names.benign.size).toBeGreaterThan(18);
    expect(new Set(transformationNames).size).toBe(transformationNames.length);
  });

  it('leaves no rewriting as it was', () => {
    const dice = diceOf(1);
    for (const act of seedsOf(dice)) {
      const texts = rewritings(act, dice).map(({ call }) => JSON.stringify(call));
      // A wrapper may choose the plain spelling; most do not.
      const unchanged = texts.filter((text) => text === JSON.stringify(plainCall(act)));
      expect(unchanged.length).toBeLessThanOrEqual(1);
    }
  });
});
