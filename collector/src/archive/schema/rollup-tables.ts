import { type Layout, onCluster, replacingEngine } from './layout.ts';

/** Tables of hourly counts, by the table whose rows they count. */
export const hourlyTables = { inputs: 'calls_hourly', decisions: 'decisions_hourly' } as const;
export type CountedTable = keyof typeof hourlyTables;

const dimensions: Readonly<Record<CountedTable, { readonly column: string; readonly from: string }[]>> = {
  inputs: [
    { column: 'tenant', from: 'tenant' },
    { column: 'agent', from: 'agent' },
    { column: 'phase', from: 'phase' },
    { column: 'origin', from: 'origin' },
    { column: 'verb', from: 'worst_verb' },
    { column: 'outcome', from: 'outcome' },
  ],
  decisions: [
    { column: 'tenant', from: 'tenant' },
    { column: 'agent', from: 'agent' },
    { column: 'decision', from: 'decision' },
    { column: 'mode', from: 'mode' },
    { column: 'severity', from: 'severity' },
    { column: 'cause', from: 'cause' },
  ],
};
const conditions: Readonly<Record<CountedTable, string>> = { inputs: "type = 'call'", decisions: "decision != ''" };

const columnsOf = (table: CountedTable): string[] => dimensions[table].map(({ column }) => column);

/**
 * The tables of counts, and up to which hour each partition is counted.
 *
 * A recount of an hour can only find more, so of two counts the higher one is right: it is the row's version. Whoever
 * counts, how often and in what order makes no difference.
 */
export function createHourlyTables(layout: Layout): string[] {
  const cluster = onCluster(layout);
  const tables = (Object.keys(hourlyTables) as CountedTable[]).map(
    (table) => `CREATE TABLE IF NOT EXISTS ${layout.database}.${hourlyTables[table]}${cluster} (
  hour DateTime('UTC'),
${columnsOf(table)
  .map((column) => `  ${column} ${column === 'agent' ? 'String' : 'LowCardinality(String)'},\n`)
  .join('')}  total UInt64
) ENGINE = ${replacingEngine(layout, 'total')}
PARTITION BY toYear(hour)
ORDER BY (hour, ${columnsOf(table).join(', ')})`,
  );
  const marks = `CREATE TABLE IF NOT EXISTS ${layout.database}.hourly_marks${cluster} (
  topic LowCardinality(String),
  partition UInt32,
  hour DateTime('UTC')
) ENGINE = ${replacingEngine(layout, 'hour')}
ORDER BY (topic, partition)`;
  return [...tables, marks];
}

/**
 * Counts one hour anew. It counts positions, not rows: one that was inserted twice counts once.
 *
 * Parameters: `from`, `to` (ms since epoch).
 */
export function countHour({ database }: Layout, table: CountedTable): string {
  const columns = dimensions[table].map(({ column, from }) => (column === from ? column : `${from} AS ${column}`));
  return `INSERT INTO ${database}.${hourlyTables[table]}
SELECT toStartOfHour(log_time) AS hour, ${columns.join(', ')},
  uniqExact(topic, partition, offset, \`index\`) AS total
FROM ${database}.${table}
WHERE log_time >= fromUnixTimestamp64Milli({from: Int64}, 'UTC')
  AND log_time < fromUnixTimestamp64Milli({to: Int64}, 'UTC')
  AND ${conditions[table]}
GROUP BY hour, ${columnsOf(table).join(', ')}`;
}
