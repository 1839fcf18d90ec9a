import type { Detector } from '@haltwire/detector';
import type { FastifyPluginAsync } from 'fastify';
import type { History } from '../history/history.ts';

/** GET /healthz: the process answers. GET /readyz: calls are judged (200) or not (503). No token; nothing secret. */
export function createHealthRoutes(detector: Detector, history: History): FastifyPluginAsync {
  return async (app) => {
    app.get('/healthz', async () => ({ status: 'ok' }));
    app.get('/readyz', async (_request, reply) =>
      reply.code(detector.live ? 200 : 503).send({
        ready: detector.live,
        detector: detector.live ? 'following the log' : 'not following the log: calls are refused',
        history: history.state,
        historyLag: await history.lag().catch(() => undefined),
      }),
    );
  };
}
