import type { MemoryLog } from '@haltwire/schemas/testing';
import { loadClusterConfig } from '../config/load-config.ts';
import type { ClusterConfig } from '../config/schema.ts';
import type { RoleLog } from '../role/role.ts';

/** A log in memory in the place of Kafka's. `onClose` hears when the role closes it. */
export function memoryRoleLog(log: MemoryLog, onClose: () => void = () => {}): RoleLog {
  return { sink: log, source: log, snapshots: log, metrics: { read: () => ({}) }, close: async () => onClose() };
}

/** Settings for a role without Kafka, on a free port, that logs errors only. */
export function testConfig(env: Record<string, string> = {}): ClusterConfig {
  const base = { HALTWIRE_KAFKA_BROKERS: '127.0.0.1:1', HALTWIRE_LISTEN_PORT: '0', HALTWIRE_LOG_LEVEL: 'error' };
  return loadClusterConfig({ env: { ...base, ...env } });
}
