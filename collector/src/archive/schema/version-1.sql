CREATE DATABASE IF NOT EXISTS {database};
CREATE TABLE IF NOT EXISTS {database}.migrations
  (version UInt32, name String, applied_at DateTime64(3, 'UTC') DEFAULT now64(3))
  ENGINE = ReplacingMergeTree ORDER BY version;
CREATE TABLE IF NOT EXISTS {database}.inputs (
  topic LowCardinality(String),
  partition UInt32,
  offset UInt64,
  `index` UInt32,
  log_time DateTime64(3, 'UTC'),
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
      ) 
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(log_time)
ORDER BY (topic, partition, offset, `index`)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
CREATE TABLE IF NOT EXISTS {database}.decisions (
  topic LowCardinality(String),
  partition UInt32,
  offset UInt64,
  `index` UInt32,
  log_time DateTime64(3, 'UTC'),
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
      ) 
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(log_time)
ORDER BY (topic, partition, offset, `index`)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
CREATE TABLE IF NOT EXISTS {database}.dead (
  topic LowCardinality(String),
  partition UInt32,
  offset UInt64,
  `index` UInt32,
  log_time DateTime64(3, 'UTC'),
        tenant LowCardinality(String),
        agent String,
        reason LowCardinality(String),
        source LowCardinality(String),
        message String,
        record String CODEC(ZSTD(3))
      ) 
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(log_time)
ORDER BY (topic, partition, offset, `index`)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
CREATE VIEW IF NOT EXISTS {database}.inputs_once AS SELECT * FROM {database}.inputs FINAL;
CREATE VIEW IF NOT EXISTS {database}.decisions_once AS SELECT * FROM {database}.decisions FINAL;
CREATE VIEW IF NOT EXISTS {database}.dead_once AS SELECT * FROM {database}.dead FINAL;
INSERT INTO {database}.migrations (version, name) VALUES (1, 'inputs, decisions and dead letters');
