import { COLLECTOR_METRICS, createCollector, loadClassifier } from '@haltwire/collector';
import { createRedactor } from '@haltwire/schemas';
import { createTaskTokenVerifier, loadVerifyingKey, warmUp } from '@haltwire/server';
import type { ClusterConfig } from '../config/schema.ts';
import type { Role } from '../role/role.ts';
import { type RunningRole, type StartRoleOptions, startRole } from '../role/start-role.ts';
import { followKeys } from './role-keys.ts';

/** The front door: OTLP in, onto the log. Holds nothing, so any number of it may run. */
export const collectorRole: Role = {
  name: 'collector',
  async start(host) {
    const { taskTokenKeyFile, fingerprintKey, limits } = host.config;
    const taskTokens =
      taskTokenKeyFile === undefined ? undefined : createTaskTokenVerifier(await loadVerifyingKey(taskTokenKeyFile));
    if (fingerprintKey === undefined) {
      host.logger.warn('fingerprints are made with the key that everybody knows: set HALTWIRE_FINGERPRINT_KEY');
    }
    const redactor = createRedactor({ fingerprintKey });
    const classifier = await loadClassifier();
    await warmUp(redactor, classifier);
    const { authenticator, guard } = followKeys(host);
    const collector = createCollector({ sink: host.log.sink, authenticator, taskTokens, redactor, classifier, limits });
    host.addMetrics({ prefix: 'haltwire_collector', table: COLLECTOR_METRICS, read: () => collector.metrics() });
    await host.app.register(guard(collector.routes));
  },
};

/**
 * Starts a collector: POST /v1/logs and /v1/traces onto Kafka, for keys of `agent.keys`.
 *
 * It answers at once: 503 until the keys are there and while Kafka is away. Task tokens count when the config names
 * their key; its public part will do.
 *
 * Throws `HALTWIRE_STORAGE` when that key cannot be read, `HALTWIRE_CONFLICT` when the port is in use.
 *
 * @example
 * const collector = await startCollectorRole(loadClusterConfig({ file: 'haltwire.yaml' }));
 * console.log(collector.url);
 * await collector.close();
 */
export function startCollectorRole(config: ClusterConfig, options?: StartRoleOptions): Promise<RunningRole> {
  return startRole(collectorRole, config, options);
}
