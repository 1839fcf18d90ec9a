import { ARCHIVE_METRICS, type Archiver, archiverOptions, createArchiver, openClickHouse } from '@haltwire/collector';
import { createAssignment, GROUPS } from '@haltwire/kafka';
import { type MetricValues, type PartitionAssignment, TOPIC } from '@haltwire/schemas';
import { requireClickHouse } from '../config/load-config.ts';
import type { ClusterConfig } from '../config/schema.ts';
import { remembered } from '../role/checks.ts';
import type { Role, RoleHost } from '../role/role.ts';
import { type RunningRole, type StartRoleOptions, startRole } from '../role/start-role.ts';
import { atMostEvery } from './at-most-every.ts';

const COMPLAIN_EVERY_MS = 60_000;

/** Makes the assignment of one archiver; called once per start. */
export type Assign = (host: RoleHost) => PartitionAssignment;

async function valuesOf(archiver: Archiver): Promise<MetricValues> {
  // The log may be away: then nobody knows how far we are behind.
  const lag = await archiver.lag().catch(() => []);
  const behind = lag.map(({ topic, partition, behind }) => [`archive.lag.${topic}.${partition}`, behind] as const);
  return { ...archiver.metrics(), ...Object.fromEntries(behind) };
}

function byGroup({ config, logger }: RoleHost): PartitionAssignment {
  return createAssignment({ config: config.kafka, group: GROUPS.archiver, topic: TOPIC.inputs, logger });
}

/** Copies its share of the log into ClickHouse. Detection never waits for it. Any number of it may run. */
export function createArchiverRole(assign: Assign = byGroup): Role {
  return {
    name: 'archiver',
    async start(host) {
      const { clickhouse } = requireClickHouse(host.config);
      const client = openClickHouse(clickhouse);
      host.onStopped(() => client.close());
      const complain = atMostEvery(COMPLAIN_EVERY_MS, (message) => host.logger.warn(message));
      const archiver = createArchiver({
        source: host.log.source,
        client,
        assignment: assign(host),
        ...archiverOptions(clickhouse),
        onFailure: (error) =>
          complain(`the archive is behind (${error instanceof Error ? error.message : String(error)}); trying again`),
      });
      const away = 'ClickHouse does not answer';
      const ping = async () => ((await client.ping({ select: true })).success ? undefined : away);
      host.addCheck('clickhouse', remembered(ping, { late: away }));
      host.addMetrics({ prefix: 'haltwire', table: ARCHIVE_METRICS, read: () => valuesOf(archiver) });
      host.run('the archiver', (signal) => archiver.run(signal));
    },
  };
}

/** Options of `startArchiverRole`. */
export interface StartArchiverOptions extends StartRoleOptions {
  /** Default: a share of them, by a Kafka consumer group. */
  readonly assign?: Assign | undefined;
}

/**
 * Starts an archiver: `agent.inputs`, `agent.decisions` and `agent.inputs.dead` into ClickHouse, each record once.
 *
 * It answers /healthz at once and is ready while log and ClickHouse answer; it waits for either, and catches up.
 *
 * - `assign`: a share, by a Kafka consumer group (default)
 *
 * Throws `HALTWIRE_CONFIG` when the config names no ClickHouse, `HALTWIRE_CONFLICT` when the port is in use.
 *
 * @example
 * const archiver = await startArchiverRole(loadClusterConfig({ file: 'haltwire.yaml' }));
 * await archiver.close();
 */
export function startArchiverRole(
  config: ClusterConfig,
  { assign, ...options }: StartArchiverOptions = {},
): Promise<RunningRole> {
  return startRole(createArchiverRole(assign), config, options);
}
