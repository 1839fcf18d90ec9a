import type { Dice, Seed } from '../types.ts';
import { benignGraphqlSeeds, graphqlSeeds } from './graphql.ts';
import { benignHttpSeeds, httpSeeds } from './http.ts';
import { benignShellSeeds, shellSeeds } from './shell.ts';
import { benignSqlSeeds, sqlSeeds } from './sql.ts';

/** All seeds, destructive and benign, with names of these dice. */
export function seedsOf(dice: Dice): Seed[] {
  return [
    ...shellSeeds(dice),
    ...sqlSeeds(dice),
    ...httpSeeds(dice),
    ...graphqlSeeds(dice),
    ...benignShellSeeds(dice),
    ...benignSqlSeeds(dice),
    ...benignHttpSeeds(dice),
    ...benignGraphqlSeeds(dice),
  ];
}
