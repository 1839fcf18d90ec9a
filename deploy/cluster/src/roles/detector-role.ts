import { openClickHouse } from '@haltwire/collector';
import { createDetectorReplica, DETECTOR_METRICS, REPLICA_METRICS } from '@haltwire/detector';
import { createAssignment, GROUPS } from '@haltwire/kafka';
import { type PartitionAssignment, TOPIC } from '@haltwire/schemas';
import { createHistoryRoutes, createKeyRoutes, createTaskTokens, loadSigningKey, routeSockets } from '@haltwire/server';
import type { ClusterConfig } from '../config/schema.ts';
import type { Role, RoleHost } from '../role/role.ts';
import { type RunningRole, type StartRoleOptions, startRole } from '../role/start-role.ts';
import { followKeys } from './role-keys.ts';

/** How a detector learns which partitions are its own. Default: by a Kafka consumer group. */
export type AssignmentOf = (host: RoleHost) => PartitionAssignment;

function byGroup({ config, logger }: RoleHost): PartitionAssignment {
  return createAssignment({ config: config.kafka, group: GROUPS.detector, topic: TOPIC.inputs, logger });
}

/** The detector: judges its share of the partitions; speaks to any agent and any person. Any number of it may run. */
export function detectorRole(assignmentOf: AssignmentOf = byGroup): Role {
  return {
    name: 'detector',
    async start(host) {
      const { config, log, logger, app } = host;
      const { authenticator, store, opened, guard } = followKeys(host);
      const { source, sink, snapshots } = log;
      const assignment = assignmentOf(host);
      const detector = createDetectorReplica({ source, sink, snapshots, assignment, authenticator, logger });

      host.addMetrics({
        prefix: 'haltwire_detector',
        table: { ...DETECTOR_METRICS, ...REPLICA_METRICS },
        read: () => detector.metrics(),
      });
      host.addCheck('detector', () => (detector.ready ? undefined : 'the sessions are being read'));
      host.run('detector', async (signal) => {
        try {
          await opened;
          await detector.start();
        } catch (error) {
          if (host.stopping.aborted) return untilAborted(signal);
          throw error;
        }
        await untilAborted(signal);
      });

      await app.register(guard(detector.routes));
      const { taskTokenKeyFile: file } = config;
      const taskTokens = file === undefined ? undefined : createTaskTokens(await loadSigningKey(file));
      await app.register(guard(createKeyRoutes({ keys: store, taskTokens })));
      if (config.clickhouse !== undefined) {
        const client = openClickHouse(config.clickhouse);
        host.onStopped(() => client.close());
        const { database } = config.clickhouse;
        await app.register(guard(createHistoryRoutes({ state: 'away', client, database }, authenticator)));
      }
      const cutSockets = routeSockets(app.server, detector);
      host.onStopping(async () => {
        await detector.stop();
        cutSockets();
      });
    },
  };
}

function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/**
 * Starts a detector: the gate, the analysts' stream and API for all, and the judging of its share of the partitions.
 *
 * It answers at once: 503 until the keys and the sessions are there.
 *
 * Throws `HALTWIRE_STORAGE` when the key of task tokens cannot be read, `HALTWIRE_CONFLICT` when the port is in use.
 *
 * @example
 * const detector = await startDetectorRole(loadClusterConfig({ file: 'haltwire.yaml' }));
 * console.log(detector.url);
 * await detector.close();
 */
export function startDetectorRole(config: ClusterConfig, options?: StartRoleOptions): Promise<RunningRole> {
  return startRole(detectorRole(), config, options);
}
