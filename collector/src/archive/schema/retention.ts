import type { ClickHouseClient } from '@clickhouse/client';
import { type Layout, onCluster } from './layout.ts';
import { recordTables } from './tables.ts';

/**
 * Brings the tables' retention to `retentionDays`, of what is there and of what comes. Does nothing when it is so
 * already, or when it is undefined. Counts by the hour are kept.
 */
export async function applyRetention(client: ClickHouseClient, layout: Layout): Promise<void> {
  const { database, retentionDays } = layout;
  if (retentionDays === undefined) return;
  const answer = await client.query({
    query: 'SELECT name, engine_full FROM system.tables WHERE database = {database: String}',
    query_params: { database },
    format: 'JSONEachRow',
  });
  const tables = new Map((await answer.json<{ name: string; engine_full: string }>()).map((row) => [row.name, row]));
  for (const query of changes(layout, retentionDays, (table) => tables.get(table)?.engine_full ?? '')) {
    await client.command({ query });
  }
}

/** What a fresh schema needs to keep rows so long. */
export function retentionStatements(layout: Layout): string[] {
  return layout.retentionDays === undefined ? [] : changes(layout, layout.retentionDays, () => '');
}

function changes(layout: Layout, days: number, engineOf: (table: string) => string): string[] {
  return recordTables.flatMap((table) => {
    const change = retentionChange(engineOf(table), days);
    return change === undefined ? [] : [`ALTER TABLE ${layout.database}.${table}${onCluster(layout)} ${change}`];
  });
}

/** What an ALTER must say so that a table of this engine clause keeps rows so many days; undefined = nothing. */
export function retentionChange(engine: string, days: number): string | undefined {
  const [, present] = / TTL (.+?)(?: SETTINGS |$)/s.exec(engine) ?? [];
  if (days === -1) return present === undefined ? undefined : 'REMOVE TTL';
  const wanted = `toDateTime(log_time) + toIntervalDay(${days})`;
  return present === wanted ? undefined : `MODIFY TTL ${wanted}`;
}
