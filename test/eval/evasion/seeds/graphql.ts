import type { Dice, GraphqlSeed } from '../types.ts';

/** Mutations that delete. */
export function graphqlSeeds({ hex }: Dice): GraphqlSeed[] {
  const seed = (field: string, argument: string): GraphqlSeed => ({
    family: 'graphql',
    name: field,
    benign: false,
    operation: 'mutation',
    field,
    argument,
    id: hex(12),
  });
  return [
    seed('volumeDelete', 'volumeId'),
    seed('deleteProject', 'id'),
    seed('projectDestroy', 'projectId'),
    seed('removeDatabase', 'databaseId'),
  ];
}

/** Operations that do not. */
export function benignGraphqlSeeds({ hex }: Dice): GraphqlSeed[] {
  const seed = (operation: GraphqlSeed['operation'], field: string, argument: string): GraphqlSeed => ({
    family: 'graphql',
    name: field,
    benign: true,
    operation,
    field,
    argument,
    id: hex(12),
  });
  return [
    seed('query', 'volume', 'volumeId'),
    seed('query', 'deletedProjects', 'teamId'),
    seed('mutation', 'volumeCreate', 'projectId'),
  ];
}
