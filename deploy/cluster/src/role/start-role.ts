import { KAFKA_METRICS, openKafkaLog } from '@haltwire/kafka';
import type { MetricTable } from '@haltwire/schemas';
import {
  createCleanup,
  createHealthRoutes,
  createHttpServer,
  createMetricsRoutes,
  type Logger,
  listen,
  type MetricSource,
} from '@haltwire/server';
import type { ClusterConfig } from '../config/schema.ts';
import type { Check } from './checks.ts';
import { createLogCheck } from './log-check.ts';
import type { Role, RoleHost, RoleLog } from './role.ts';

/** Metrics that every role has, by name. */
export const ROLE_METRICS = {
  ready: { help: '1 when the check of /readyz holds, else 0.', type: 'gauge', labels: ['check'] },
} as const satisfies MetricTable;

/** Options of `startRole`. */
export interface StartRoleOptions {
  /** Fires to give up a start that is under way. */
  readonly signal?: AbortSignal | undefined;
  /** Default: the log on Kafka that the config names. */
  readonly openLog?: ((config: ClusterConfig, logger: Logger) => RoleLog) | undefined;
}

/** A role at work. */
export interface RunningRole {
  readonly url: string;
  readonly logger: Logger;
  /** Rejects when the role can no longer do its work; never resolves. */
  readonly failed: Promise<never>;
  /** Stops taking requests, finishes those under way, hands over, closes. Rejects when a step failed. */
  close(): Promise<void>;
}

async function answerOf(check: Check): Promise<string> {
  try {
    return (await check()) ?? 'ok';
  } catch {
    return 'the check itself failed';
  }
}

async function askAll(checks: ReadonlyMap<string, Check>): Promise<[string, string][]> {
  return Promise.all(
    [...checks].map(async ([name, check]): Promise<[string, string]> => [name, await answerOf(check)]),
  );
}

/**
 * Starts a role in this process: its routes beside /healthz, /readyz and /metrics on one port, over one log.
 *
 * - `openLog`: the log on Kafka (default)
 *
 * Throws `HALTWIRE_CONFLICT` when the port is in use, and what the role's own start throws.
 *
 * @example
 * const collector = await startRole(collectorRole, loadClusterConfig({ file: 'haltwire.yaml' }));
 * await collector.close();
 */
export async function startRole(
  role: Role,
  config: ClusterConfig,
  { signal, openLog = ({ kafka }, logger) => openKafkaLog({ config: kafka, logger }) }: StartRoleOptions = {},
): Promise<RunningRole> {
  const { app, logger } = createHttpServer({ logLevel: config.logLevel, finishRequests: true });
  const log = openLog(config, logger);
  const stopping = new AbortController();
  const working = new AbortController();
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {});
  const work: Promise<void>[] = [];
  const checks = new Map<string, Check>([['log', createLogCheck(log.source)]]);
  const metrics: MetricSource[] = [
    { prefix: 'haltwire_kafka', table: KAFKA_METRICS, read: () => log.metrics.read() },
    {
      prefix: 'haltwire_role',
      table: ROLE_METRICS,
      read: async () =>
        Object.fromEntries((await askAll(checks)).map(([name, answer]) => [`ready.${name}`, answer === 'ok' ? 1 : 0])),
    },
  ];

  // Run in reverse: first `before`, then the HTTP server and the work, then `after`, the log last.
  const after = createCleanup();
  const before = createCleanup();
  after.add(() => log.close());
  const all = createCleanup();
  all.add(() => after.run());
  all.add(async () => {
    working.abort();
    await Promise.allSettled(work);
  });
  all.add(() => app.close());
  all.add(() => before.run());
  all.add(() => stopping.abort());
  signal?.addEventListener('abort', () => stopping.abort(), { once: true });
  if (signal?.aborted) stopping.abort();

  const host: RoleHost = {
    config,
    logger,
    app,
    log,
    stopping: stopping.signal,
    addCheck: (name, check) => void checks.set(name, check),
    addMetrics: (source) => void metrics.push(source),
    run(name, task) {
      const done = task(working.signal).then(
        () => {
          if (!working.signal.aborted) failed.reject(new Error(`${name} ended by itself`));
        },
        (error) => {
          if (!working.signal.aborted) failed.reject(error);
          else logger.warn(`${name} did not end cleanly: ${error instanceof Error ? error.message : String(error)}`);
        },
      );
      work.push(done);
    },
    onStopping: (step) => before.add(step),
    onStopped: (step) => after.add(step),
  };

  try {
    await app.register(
      createHealthRoutes(async () => {
        const answers = await askAll(checks);
        const isStopping = stopping.signal.aborted;
        return {
          ready: !isStopping && answers.every(([, answer]) => answer === 'ok'),
          role: role.name,
          ...(isStopping ? { stopping: true } : {}),
          checks: Object.fromEntries(answers),
        };
      }),
    );
    await role.start(host);
    await app.register(createMetricsRoutes(metrics));
    const { host: address, port } = config.listen;
    const cure = 'Set listen.port (HALTWIRE_LISTEN_PORT) to another one; 0 = any free one.';
    const url = await listen(app, { host: address, port, cure });
    logger.info(`${role.name} answers at ${url}`);
    return { url, logger, failed: failed.promise, close: all.run };
  } catch (error) {
    await all.run().catch(() => {});
    throw error;
  }
}
