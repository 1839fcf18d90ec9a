import type { ClickHouseClient } from '@clickhouse/client';

/** One step of the schema. Its statements may be repeated: a step that was cut off is done again. */
interface Migration {
  readonly version: number;
  readonly name: string;
  readonly statements: (database: string) => readonly string[];
}

/** Where a row came from; the sorting key, so that a repeated insert is the same row. */
const position = `
  topic LowCardinality(String),
  partition UInt32,
  offset UInt64,
  \`index\` UInt32,
  log_time DateTime64(3, 'UTC'),`;

/**
 * Months of log time, which never changes for a position: copies of a row meet in one part. An insert is on disk
 * before it is answered.
 */
const engine = `
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(log_time)
ORDER BY (topic, partition, offset, \`index\`)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1`;

const migrations: readonly Migration[] = [
  {
    version: 1,
    name: 'inputs, decisions and dead letters',
    statements: (database) => [
      `CREATE TABLE IF NOT EXISTS ${database}.inputs (${position}
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
        INDEX credentials_index credentials TYPE bloom_filter GRANULARITY 4
      ) ${engine}`,
      `CREATE TABLE IF NOT EXISTS ${database}.decisions (${position}
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
        INDEX session_index session TYPE bloom_filter GRANULARITY 4
      ) ${engine}`,
      `CREATE TABLE IF NOT EXISTS ${database}.dead (${position}
        tenant LowCardinality(String),
        agent String,
        reason LowCardinality(String),
        source LowCardinality(String),
        message String,
        record String CODEC(ZSTD(3))
      ) ${engine}`,
      // Readers use these: a row that was inserted twice and is not yet merged counts once.
      ...['inputs', 'decisions', 'dead'].map(
        (table) => `CREATE VIEW IF NOT EXISTS ${database}.${table}_once AS SELECT * FROM ${database}.${table} FINAL`,
      ),
    ],
  },
];

/**
 * Brings the database to the newest schema. May be run again, and by several archivers at a time.
 *
 * @throws what the client throws; the caller tries again.
 */
export async function migrate(client: ClickHouseClient, database: string): Promise<void> {
  await client.command({ query: `CREATE DATABASE IF NOT EXISTS ${database}` });
  await client.command({
    query: `CREATE TABLE IF NOT EXISTS ${database}.migrations
      (version UInt32, name String, applied_at DateTime64(3, 'UTC') DEFAULT now64(3))
      ENGINE = ReplacingMergeTree ORDER BY version`,
  });
  const answer = await client.query({ query: `SELECT version FROM ${database}.migrations`, format: 'JSONEachRow' });
  const applied = new Set((await answer.json<{ version: number }>()).map((row) => Number(row.version)));
  for (const { version, name, statements } of migrations) {
    if (applied.has(version)) continue;
    for (const query of statements(database)) await client.command({ query });
    await client.insert({ table: `${database}.migrations`, values: [{ version, name }], format: 'JSONEachRow' });
  }
}
