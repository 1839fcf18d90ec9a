import type { FastifyPluginAsync } from 'fastify';
import { createExposition, type MetricSource } from './exposition.ts';

/**
 * GET /metrics: Prometheus' text format. No token: counts and sizes only, nothing secret.
 *
 * @example
 * await app.register(createMetricsRoutes([{ prefix: 'haltwire_kafka', table: KAFKA_METRICS, read: () => log.metrics.read() }]));
 */
export function createMetricsRoutes(sources: readonly MetricSource[]): FastifyPluginAsync {
  const exposition = createExposition(sources);
  return async (app) => {
    app.get('/metrics', async (_request, reply) => reply.type(exposition.contentType).send(await exposition.text()));
  };
}
