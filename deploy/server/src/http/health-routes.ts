import type { FastifyPluginAsync } from 'fastify';

/** Whether this process does its work, and what an operator should know of it. Nothing secret: everybody may read it. */
export interface Readiness {
  readonly ready: boolean;
  readonly [detail: string]: unknown;
}

/**
 * GET /healthz: the process answers. GET /readyz: it does its work (200) or not (503). No token; nothing secret.
 *
 * @example
 * await app.register(createHealthRoutes(async () => ({ ready: detector.live })));
 */
export function createHealthRoutes(readiness: () => Promise<Readiness>): FastifyPluginAsync {
  return async (app) => {
    app.get('/healthz', async () => ({ status: 'ok' }));
    app.get('/readyz', async (_request, reply) => {
      const answer = await readiness();
      return reply.code(answer.ready ? 200 : 503).send(answer);
    });
  };
}
