import type { FastifyPluginAsync } from 'fastify';
import { sendError } from '../http/errors.ts';
import { checked, personOf } from '../http/person.ts';
import { type KeyStore, keyRequestSchema } from './key-store.ts';
import { type TaskTokens, taskTokenRequestSchema } from './task-tokens.ts';

/** Keys and task tokens over HTTP. Only an admin makes, sees and revokes them. */
export function createKeyRoutes(keys: KeyStore, taskTokens: TaskTokens): FastifyPluginAsync {
  return async (app) => {
    app.setErrorHandler(sendError);

    app.get('/v1/keys', async (request) => {
      const { tenantId } = personOf(request, keys, ['admin']);
      return { keys: keys.list(tenantId) };
    });

    app.post('/v1/keys', async (request, reply) => {
      const { tenantId, name } = personOf(request, keys, ['admin']);
      const { info, secret } = await keys.create(checked(keyRequestSchema, request.body), name, tenantId);
      return reply.code(201).send({ ...info, secret });
    });

    app.delete<{ Params: { id: string } }>('/v1/keys/:id', async (request, reply) => {
      const { tenantId } = personOf(request, keys, ['admin']);
      await keys.revoke(request.params.id, tenantId);
      return reply.code(204).send();
    });

    app.post('/v1/task-tokens', async (request, reply) => {
      const { tenantId } = personOf(request, keys, ['admin']);
      const minted = await taskTokens.mint(checked(taskTokenRequestSchema, request.body), tenantId);
      return reply.code(201).send(minted);
    });
  };
}
