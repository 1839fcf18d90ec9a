import type { ArchiverOptions } from '../archiver.ts';
import { schemaStatements } from '../schema/migrate.ts';
import type { ClickHouseConfig } from './config.ts';

/**
 * Every statement that makes the archive's schema, in order: for operators who do not let the archiver make tables.
 *
 * @example
 * for (const statement of clickHouseSchema(config)) console.log(`${statement};\n`);
 */
export function clickHouseSchema(config: ClickHouseConfig): readonly string[] {
  const { database = 'haltwire', cluster, replication, retentionDays } = archiverOptions(config);
  return schemaStatements({ database, cluster, replication, retentionDays });
}

const ROLLUP_EVERY_MS = 60_000;
/** A replica that is further behind than this is an outage, which ClickHouse's own metrics show. */
const REPLICA_SETTLE_MS = 600_000;

/** The options of `createArchiver` that come from the settings. */
export function archiverOptions(config: ClickHouseConfig): Omit<ArchiverOptions, 'source' | 'client' | 'assignment'> {
  const { database, cluster, replicated, zookeeperPath, replica, retentionDays, rollups, batchRows, lingerMs } = config;
  return {
    database,
    cluster,
    replication: replicated ? { zookeeperPath, replica } : undefined,
    retentionDays,
    rollups: rollups ? { everyMs: ROLLUP_EVERY_MS, settleMs: replicated ? REPLICA_SETTLE_MS : 0 } : undefined,
    batchRows,
    lingerMs,
  };
}
