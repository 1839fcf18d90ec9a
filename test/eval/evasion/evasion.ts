import { type Seen, seenOf } from '../actions/seen.ts';
import type { Question, Sample } from '../actions/sets/set.ts';
import type { Front } from '../support/front.ts';
import { diceOf } from './dice.ts';
import { seedsOf } from './seeds/index.ts';
import { plainCall, rewritings } from './transforms/index.ts';
import type { Seed } from './types.ts';

/** Options of `evasionSamples`. */
export interface EvasionOptions {
  /** The same seed gives the same set. */
  readonly seed: number;
  /** How often every pair of seed and transformation is drawn. */
  readonly rounds: number;
}

/**
 * The evasion set: each destructive act of our own, rewritten by every transformation that fits it, and benign
 * look-alikes rewritten alike. The front is asked first what it makes of the act without a disguise.
 */
export function* evasionSamples(front: Front, { seed, rounds }: EvasionOptions): Generator<Sample> {
  for (let round = 0; round < rounds; round += 1) {
    const dice = diceOf(seed + round);
    for (const act of seedsOf(dice)) {
      const plain = plainCall(act);
      const level = levelOf(seenOf(front.read(plain).derived, plain));
      if (round === 0) yield { id: `plain: ${act.name}`, call: plain, questions: plainQuestions(act) };
      for (const { name, call } of rewritings(act, dice))
        yield { id: `${name}: ${act.name} (${seed + round})`, call, questions: questionsOf(act, name, level) };
    }
  }
}

function plainQuestions(seed: Seed): Question[] {
  const groups = { family: seed.family };
  return seed.benign
    ? [{ metric: 'evasion.benign_seeds.false_positive_rate', hit: harms, right: false, groups }]
    : [{ metric: 'evasion.seeds.recall', hit: ({ destructive }) => destructive, right: true, groups }];
}

function questionsOf(seed: Seed, transformation: string, level: number): Question[] {
  const groups = { transformation, family: seed.family, seed: seed.name };
  if (seed.benign)
    return [
      { metric: 'evasion.benign_false_positive_rate', hit: harms, right: false, groups },
      { metric: 'evasion.benign_opaque_rate', hit: ({ opaque }) => opaque },
    ];
  return [
    { metric: 'evasion.recall', hit: ({ destructive }) => destructive, right: true, groups },
    { metric: 'evasion.same_level_rate', hit: (seen) => seen.destructive && levelOf(seen) >= level },
    { metric: 'evasion.opaque_only_rate', hit: (seen) => !seen.destructive && seen.opaque, groups: { transformation } },
  ];
}

const harms = (seen: Seen): boolean => seen.destructive || seen.highImpact;

/** How destructive the worst effect is. */
function levelOf({ derived }: Seen): number {
  return Math.max(0, ...derived.effects.map(({ destructiveness }) => destructiveness));
}
