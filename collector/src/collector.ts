import {
  type Authenticator,
  type EventSink,
  HaltwireError,
  type Redactor,
  type TaskTokenVerifier,
} from '@haltwire/schemas';
import type { FastifyPluginAsync } from 'fastify';
import type { z } from 'zod';
import type { Classifier } from './classify/index.ts';
import { limitsSchema } from './config.ts';
import { createMetrics } from './metrics.ts';
import { createLoad } from './receive/load.ts';
import { otlpRoutes } from './receive/routes.ts';

/** Options of `createCollector`. */
export interface CollectorOptions {
  /** Where records go; a request is answered when it has acknowledged. */
  readonly sink: EventSink;
  /** Tells whose key a request carries. */
  readonly authenticator: Authenticator;
  /** Verifies task tokens. Without it, a session's task is a claim or comes from the registry. */
  readonly taskTokens?: TaskTokenVerifier | undefined;
  /** Must have the deployment's fingerprint key. */
  readonly redactor: Redactor;
  /** From `loadClassifier`. */
  readonly classifier: Classifier;
  /** Bounds; see `limitsSchema` for the defaults. */
  readonly limits?: z.input<typeof limitsSchema> | undefined;
}

/** The front door, ready to be registered in a fastify server. */
export interface Collector {
  /** `POST /v1/logs` and `POST /v1/traces`, encapsulated: register it beside other routes. */
  readonly routes: FastifyPluginAsync;
  /** Values of `COLLECTOR_METRICS`: sums since start and the present load. */
  metrics(): Record<string, number>;
}

/**
 * Makes a collector: OTLP/HTTP in, authenticated, normalised, redacted, classified, onto the log.
 *
 * @throws HaltwireError `HALTWIRE_CONFIG` when a limit is wrong or unknown, naming it.
 * @example
 * const collector = createCollector({ sink, authenticator, redactor: createRedactor(), classifier: await loadClassifier() });
 * await fastify().register(collector.routes).listen({ port: 4318 });
 */
export function createCollector(options: CollectorOptions): Collector {
  const limits = limitsSchema.safeParse(options.limits ?? {});
  if (!limits.success) {
    const issue = limits.error.issues[0];
    throw new HaltwireError(
      'HALTWIRE_CONFIG',
      `limits.${issue?.path.join('.') ?? ''} is wrong: ${issue?.message ?? ''}`,
    );
  }
  const metrics = createMetrics();
  const load = createLoad(limits.data);
  return {
    routes: otlpRoutes({ ...options, limits: limits.data, metrics }, load),
    metrics: () => ({ ...metrics.snapshot(), 'requests.in_flight': load.requests, 'bytes.held': load.bytes }),
  };
}
