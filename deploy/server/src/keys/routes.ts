import { HaltwireError } from '@haltwire/schemas';
import type { FastifyPluginAsync } from 'fastify';
import { sendError } from '../http/errors.ts';
import { checked, personOf } from '../http/person.ts';
import { type KeyStore, keyRequestSchema } from './key-store.ts';
import { type TaskTokens, taskTokenRequestSchema } from './task-tokens.ts';

/** What key routes stand on. */
export interface KeyRoutesOptions {
  /** Asked at each request. */
  readonly keys: () => KeyStore;
  /** Default: none; a request for a token is told how to switch them on. */
  readonly taskTokens?: TaskTokens | undefined;
}

/** Keys and task tokens over HTTP. Only an admin makes, sees and revokes them. */
export function createKeyRoutes({ keys: storeOf, taskTokens }: KeyRoutesOptions): FastifyPluginAsync {
  return async (app) => {
    app.setErrorHandler(sendError);

    app.get('/v1/keys', async (request) => {
      const keys = storeOf();
      const { tenantId } = personOf(request, keys, ['admin']);
      return { keys: keys.list(tenantId) };
    });

    app.post('/v1/keys', async (request, reply) => {
      const keys = storeOf();
      const { tenantId, name } = personOf(request, keys, ['admin']);
      const { info, secret } = await keys.create(checked(keyRequestSchema, request.body), name, tenantId);
      return reply.code(201).send({ ...info, secret });
    });

    app.delete<{ Params: { id: string } }>('/v1/keys/:id', async (request, reply) => {
      const keys = storeOf();
      const { tenantId } = personOf(request, keys, ['admin']);
      await keys.revoke(request.params.id, tenantId);
      return reply.code(204).send();
    });

    app.post('/v1/task-tokens', async (request, reply) => {
      const { tenantId } = personOf(request, storeOf(), ['admin']);
      if (taskTokens === undefined) {
        throw new HaltwireError(
          'HALTWIRE_UNAVAILABLE',
          'This server signs no task tokens: name the file of its key in the settings (taskTokenKeyFile).',
        );
      }
      const minted = await taskTokens.mint(checked(taskTokenRequestSchema, request.body), tenantId);
      return reply.code(201).send(minted);
    });
  };
}
