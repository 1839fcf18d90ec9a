import type { ClickHouseClient } from '@clickhouse/client';
import { HaltwireError } from '@haltwire/schemas';
import type { Layout } from './layout.ts';
import { recordTables } from './tables.ts';

/**
 * Refuses what would lose or repeat rows in silence: several shards, an unknown cluster, and tables that are replicated
 * where the settings say that they are not, or the other way round.
 *
 * @throws HaltwireError `HALTWIRE_CONFIG` with the cure.
 */
export async function checkServer(client: ClickHouseClient, layout: Layout): Promise<void> {
  if (layout.cluster !== undefined) await checkCluster(client, layout.cluster);
  await checkEngines(client, layout);
}

async function checkCluster(client: ClickHouseClient, cluster: string): Promise<void> {
  const answer = await client.query({
    query: 'SELECT toUInt32(uniqExact(shard_num)) AS shards FROM system.clusters WHERE cluster = {cluster: String}',
    query_params: { cluster },
    format: 'JSONEachRow',
  });
  const [row] = await answer.json<{ shards: number }>();
  const problem = clusterProblem(Number(row?.shards ?? 0));
  if (problem !== undefined) throw new HaltwireError('HALTWIRE_CONFIG', problem);
}

/** What is wrong with a cluster of so many shards. */
export function clusterProblem(shards: number): string | undefined {
  if (shards === 0) return 'cluster: the server knows no cluster of this name; see system.clusters for those it knows';
  if (shards === 1) return undefined;
  return `cluster: it has ${shards} shards; the archive needs a cluster of one shard (and any number of replicas), because a position must be in one place`;
}

async function checkEngines(client: ClickHouseClient, { database, replication }: Layout): Promise<void> {
  const answer = await client.query({
    query: 'SELECT name, engine FROM system.tables WHERE database = {database: String}',
    query_params: { database },
    format: 'JSONEachRow',
  });
  const wrong = (await answer.json<{ name: string; engine: string }>()).filter(
    ({ name, engine }) =>
      (recordTables as readonly string[]).includes(name) &&
      engine === (replication === undefined ? 'ReplicatedReplacingMergeTree' : 'ReplacingMergeTree'),
  );
  if (wrong.length === 0) return;
  const is = replication === undefined ? 'replicated, but the settings say' : 'not replicated, but the settings say';
  throw new HaltwireError(
    'HALTWIRE_CONFIG',
    `replicated: the tables ${wrong.map(({ name }) => name).join(', ')} are ${is} otherwise; change the setting, or give another database and let it be filled from the log`,
  );
}
