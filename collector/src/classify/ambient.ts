import type { Effect, ResolvedTarget } from '@haltwire/schemas';
import { cut } from './text.ts';

/** Where a resolver speaks of one kind of system and the classifier of another. */
const DATABASES =
  /^(?:postgresql|postgres|mysql|mariadb|sql|database|mongodb|redis|sqlite|mssql|clickhouse|cassandra)$/;
const SAME: Readonly<Record<string, string>> = { helm: 'kubernetes', kubectl: 'kubernetes', pulumi: 'terraform' };

/** The first of these that a resolver names stands for all: no claim may stand in front of a graver one. */
const GRAVEST = ['production', 'staging'];

/**
 * Names the environment of effects whose call leaves it out, from what resolvers read in the surroundings. Only a claim:
 * the evidence says whose, and nothing is milder for it.
 */
export function fillEnvironments(effects: Effect[], targets: readonly ResolvedTarget[]): void {
  const named = targets.filter(({ environment }) => environment !== undefined && environment !== '');
  if (named.length === 0) return;
  for (const effect of effects) {
    if (effect.target.environment !== undefined) continue;
    const fitting = named.filter(({ system }) => isSame(system, effect.system));
    const found = GRAVEST.flatMap((name) => fitting.find(({ environment }) => environment === name) ?? [])[0];
    const { environment, resolver, evidence } = found ?? fitting[0] ?? {};
    if (environment === undefined) continue;
    effect.target = { ...effect.target, environment: cut(environment, 64) };
    effect.evidence = cut(`${cut(effect.evidence, 180)}; ${environment} says ${resolver}: ${evidence}`, 300);
  }
}

function isSame(told: string, effect: string): boolean {
  return told === effect || SAME[effect] === told || (DATABASES.test(told) && DATABASES.test(effect));
}
