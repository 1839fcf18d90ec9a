import type { ToolCall } from '../../support/front.ts';
import { line } from '../quote.ts';
import type { Dice, Seed, Transformation } from '../types.ts';
import { shellCall } from './command.ts';
import { graphql } from './graphql.ts';
import { apiInsteadOfCli, http } from './http.ts';
import { interpreters } from './interpreters.ts';
import { otherShells } from './other-shells.ts';
import { shellDecoded } from './shell-decoded.ts';
import { shellFed } from './shell-fed.ts';
import { shellNamed } from './shell-named.ts';
import { shellWords } from './shell-words.ts';
import { shellWrapped } from './shell-wrapped.ts';
import { sql } from './sql.ts';

const shell = [
  ...shellWords,
  ...shellDecoded,
  ...shellFed,
  ...shellNamed,
  ...shellWrapped,
  ...interpreters,
  ...otherShells,
  apiInsteadOfCli,
];

/** Names of all transformations. */
export const transformationNames: readonly string[] = [...shell, ...sql, ...http, ...graphql].map(({ name }) => name);

/** A seed as a call without any disguise. */
export function plainCall(seed: Seed): ToolCall {
  switch (seed.family) {
    case 'shell':
      return shellCall(line(seed.argv));
    case 'sql':
      return { tool: 'execute_sql', arguments: { query: seed.statement } };
    case 'http':
      return { tool: 'http_request', arguments: { method: seed.method, url: `https://${seed.host}${seed.path}` } };
    case 'graphql': {
      const query = `${seed.operation} { ${seed.field}(${seed.argument}: "${seed.id}") { id } }`;
      return {
        tool: 'http_request',
        arguments: { method: 'POST', url: 'https://api.cloud.dev/graphql/v2', body: { query } },
      };
    }
  }
}

/** Every rewriting of a seed that fits it, with the name of its transformation. */
export function rewritings(seed: Seed, dice: Dice): { readonly name: string; readonly call: ToolCall }[] {
  switch (seed.family) {
    case 'shell':
      return each(shell, seed, dice);
    case 'sql':
      return each(sql, seed, dice);
    case 'http':
      return each(http, seed, dice);
    case 'graphql':
      return each(graphql, seed, dice);
  }
}

function each<S extends Seed>(transformations: readonly Transformation<S>[], seed: S, dice: Dice) {
  return transformations.flatMap(({ name, rewrite }) => {
    const call = rewrite(seed, dice);
    return call === undefined ? [] : [{ name, call }];
  });
}
