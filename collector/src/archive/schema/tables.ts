import { type Layout, onCluster, replacingEngine } from './layout.ts';

/** Where a row came from; the sorting key, so that a repeated insert is the same row. */
const position = `
  topic LowCardinality(String),
  partition UInt32,
  offset UInt64,
  \`index\` UInt32,
  log_time DateTime64(3, 'UTC'),`;

const inputColumns = `
  type LowCardinality(String),
  tenant LowCardinality(String),
  agent String,
  session String,
  call String,
  event_id String,
  phase LowCardinality(String),
  origin LowCardinality(String),
  producer String,
  seq Nullable(UInt64),
  tool String,
  worst_verb LowCardinality(String),
  worst_resource LowCardinality(String),
  worst_system LowCardinality(String),
  worst_target String,
  worst_destructiveness Float32,
  verbs Array(LowCardinality(String)),
  read_only Bool,
  opaque String,
  credentials Array(String),
  secrets_seen Array(String),
  outcome LowCardinality(String),
  outcome_class LowCardinality(String),
  digest String,
  task String,
  command LowCardinality(String),
  actor String,
  key_id String,
  transport LowCardinality(String),
  bytes UInt64,
  record String CODEC(ZSTD(3)),
  INDEX agent_index agent TYPE bloom_filter GRANULARITY 4,
  INDEX session_index session TYPE bloom_filter GRANULARITY 4,
  INDEX credentials_index credentials TYPE bloom_filter GRANULARITY 4`;

const decisionColumns = `
  decision_id String,
  case_id String,
  tenant LowCardinality(String),
  agent String,
  session String,
  call String,
  cause LowCardinality(String),
  decision LowCardinality(String),
  mode LowCardinality(String),
  severity LowCardinality(String),
  title String,
  invariants Array(LowCardinality(String)),
  indicators Array(LowCardinality(String)),
  worst_verb LowCardinality(String),
  worst_resource LowCardinality(String),
  worst_system LowCardinality(String),
  worst_target String,
  impact Float32,
  hold_id String,
  kill_id String,
  actor String,
  posture LowCardinality(String),
  task String,
  tags Array(LowCardinality(String)),
  policy_hash String,
  hash String,
  record String CODEC(ZSTD(3)),
  INDEX agent_index agent TYPE bloom_filter GRANULARITY 4,
  INDEX session_index session TYPE bloom_filter GRANULARITY 4`;

const deadColumns = `
  tenant LowCardinality(String),
  agent String,
  reason LowCardinality(String),
  source LowCardinality(String),
  message String,
  record String CODEC(ZSTD(3))`;

/** The tables that hold the log's records, in the order in which they are made. */
export const recordTables = ['inputs', 'decisions', 'dead'] as const;

/** Version 1 of the schema: a table for each archived topic. */
export function createRecordTables(layout: Layout): string[] {
  const columns = { inputs: inputColumns, decisions: decisionColumns, dead: deadColumns };
  return recordTables.map(
    (table) => `CREATE TABLE IF NOT EXISTS ${layout.database}.${table}${onCluster(layout)} (${position}${columns[table]}
) ENGINE = ${replacingEngine(layout)}
PARTITION BY toYYYYMM(log_time)
ORDER BY (topic, partition, offset, \`index\`)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1`,
  );
}

/** Views for readers: a row that was inserted twice and is not yet merged counts once. */
export function createOnceViews(layout: Layout, tables: readonly string[]): string[] {
  return tables.map(
    (table) =>
      `CREATE OR REPLACE VIEW ${layout.database}.${table}_once${onCluster(layout)} AS SELECT * FROM ${layout.database}.${table} FINAL`,
  );
}
