import Fastify from 'fastify';
import { graphql } from 'graphql';
import { z } from 'zod';
import { appendAccess } from './access-log.ts';
import { operations, schema } from './schema.ts';
import { type ApiToken, tokenOf } from './tokens.ts';
import { createWorld, viewOf } from './world.ts';

/** Options of `startRailway`. */
export interface RailwayOptions {
  readonly tokens: readonly ApiToken[];
  /** File that gets one JSON line per request. */
  readonly accessLog: string;
  /** Default: 0, any free port. */
  readonly port?: number | undefined;
}

const requestSchema = z.object({
  query: z.string(),
  variables: z.record(z.string(), z.unknown()).nullish(),
  operationName: z.string().nullish(),
});

/**
 * Starts the stand-in of the hosting platform's GraphQL API: POST /graphql/v2, and GET /state for onlookers.
 *
 * @example
 * const railway = await startRailway({ tokens, accessLog: 'access.jsonl' });
 * await fetch(`${railway.url}/graphql/v2`, { method: 'POST', body: JSON.stringify({ query: '{ project { name } }' }) });
 */
export async function startRailway({ tokens, accessLog, port = 0 }: RailwayOptions) {
  const world = createWorld();
  const app = Fastify();

  app.get('/state', async () => viewOf(world));
  app.post('/graphql/v2', async (request, reply) => {
    const body = requestSchema.safeParse(request.body);
    if (!body.success) return reply.code(400).send({ errors: [{ message: 'Problem processing request' }] });
    const token = tokenOf(tokens, request.headers.authorization);
    const noted: { operation: string; target?: string | undefined }[] = [];
    const answer = await graphql({
      schema,
      source: body.data.query,
      rootValue: operations,
      contextValue: {
        token,
        world,
        note: (operation: string, target?: string) => noted.push({ operation, target }),
      },
      variableValues: body.data.variables ?? {},
      operationName: body.data.operationName ?? null,
    });
    const result = answer.errors?.[0]?.message ?? 'ok';
    const lines = noted.length === 0 ? [{ operation: 'invalid' }] : noted;
    for (const line of lines) {
      const who = token?.name ?? 'unknown token';
      appendAccess(accessLog, { time: new Date().toISOString(), ...line, token: who, result });
    }
    return reply.send(answer);
  });

  const url = await app.listen({ host: '127.0.0.1', port });
  return { url, close: () => app.close() };
}
