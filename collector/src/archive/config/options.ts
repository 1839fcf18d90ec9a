import type { ArchiverOptions } from '../archiver.ts';
import type { ClickHouseConfig } from './config.ts';

/** The options of `createArchiver` that come from the settings. */
export function archiverOptions(config: ClickHouseConfig): Omit<ArchiverOptions, 'source' | 'client' | 'assignment'> {
  const { database, cluster, replicated, zookeeperPath, replica, retentionDays, batchRows, lingerMs } = config;
  return {
    database,
    cluster,
    replication: replicated ? { zookeeperPath, replica } : undefined,
    retentionDays,
    batchRows,
    lingerMs,
  };
}
