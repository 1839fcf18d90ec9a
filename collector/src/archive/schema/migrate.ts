import type { ClickHouseClient, ClickHouseSettings } from '@clickhouse/client';
import { checkServer } from './check.ts';
import { type Layout, onCluster, replacingEngine } from './layout.ts';
import { type Migration, migrations } from './migrations.ts';
import { applyRetention, retentionStatements } from './retention.ts';

/** What comes before all steps: the database, and the table that says which steps are done. */
export function groundStatements(layout: Layout): string[] {
  const cluster = onCluster(layout);
  return [
    `CREATE DATABASE IF NOT EXISTS ${layout.database}${cluster}`,
    `CREATE TABLE IF NOT EXISTS ${layout.database}.migrations${cluster}
      (version UInt32, name String, applied_at DateTime64(3, 'UTC') DEFAULT now64(3))
      ENGINE = ${replacingEngine(layout)} ORDER BY version`,
  ];
}

/**
 * Every statement that makes the newest schema out of nothing, in order, for who makes it by hand.
 *
 * @example
 * console.log(schemaStatements({ database: 'haltwire' }).join(';\n\n'));
 */
export function schemaStatements(layout: Layout): string[] {
  return [
    ...groundStatements(layout),
    ...migrations.flatMap(({ version, name, statements }) => [
      ...statements(layout),
      `INSERT INTO ${layout.database}.migrations (version, name) VALUES (${version}, '${name}')`,
    ]),
    ...retentionStatements(layout),
  ];
}

async function hasMigrations(client: ClickHouseClient, database: string): Promise<boolean> {
  const answer = await client.query({
    query: "SELECT 1 FROM system.tables WHERE database = {database: String} AND name = 'migrations'",
    query_params: { database },
    format: 'JSONEachRow',
  });
  return (await answer.json()).length > 0;
}

/** A host that is down gets a statement when it comes back; waiting for it would hold up the archive. */
const clusterSettings: ClickHouseSettings = {
  distributed_ddl_output_mode: 'null_status_on_timeout',
  distributed_ddl_task_timeout: '10',
};

/**
 * Brings the database to the newest schema and the wanted retention. May be run again, and by several archivers at a
 * time: every statement may be repeated, and a step counts as done only after its last one. A database that is newer
 * than this code is left as it is: columns are only ever added.
 *
 * @param steps Default: all.
 * @throws what the client throws, which the caller tries again; `HALTWIRE_CONFIG` where the server does not fit.
 */
export async function migrate(
  client: ClickHouseClient,
  layout: Layout,
  steps: readonly Migration[] = migrations,
): Promise<void> {
  await checkServer(client, layout);
  const settings = layout.cluster === undefined ? {} : clusterSettings;
  const run = (query: string) => client.command({ query, clickhouse_settings: settings });
  const { database } = layout;
  // An archiver that may not make tables can work on a schema that is there.
  if (!(await hasMigrations(client, database))) for (const query of groundStatements(layout)) await run(query);
  const answer = await client.query({ query: `SELECT version FROM ${database}.migrations`, format: 'JSONEachRow' });
  const applied = new Set((await answer.json<{ version: number }>()).map((row) => Number(row.version)));
  for (const { version, name, statements } of steps) {
    if (applied.has(version)) continue;
    for (const query of statements(layout)) await run(query);
    await client.insert({ table: `${database}.migrations`, values: [{ version, name }], format: 'JSONEachRow' });
  }
  await applyRetention(client, layout);
}
