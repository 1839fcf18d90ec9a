import { once } from 'node:events';
import type { ClickHouseClient } from '@clickhouse/client';
import type { EventSource, LogEntry, PartitionAssignment, Position } from '@haltwire/schemas';
import { type Backoff, every, persist } from './backoff.ts';
import { explain } from './explain.ts';
import { type ArchiveMetricName, ArchiveMetrics } from './metrics.ts';
import { archivePartition, type Progress } from './partition-archiver.ts';
import { createPartitionSet } from './partition-set.ts';
import { createRollups, type RollupOptions } from './rollups.ts';
import { type ArchivedTopic, archivedTopics } from './rows.ts';
import { checkLayout, type Layout, type Replication } from './schema/layout.ts';
import { migrate } from './schema/migrate.ts';
import { createStore } from './store.ts';

/** Options of `createArchiver`. `archiverOptions` makes those of the server from a configuration. */
export interface ArchiverOptions {
  /** The log. */
  readonly source: EventSource;
  /** A ClickHouse server's client, or chDB's through `createChdbConnection`. The caller closes it. */
  readonly client: ClickHouseClient;
  /** Which partitions this archiver works on. Default: all, for ever. One archiver per assignment. */
  readonly assignment?: PartitionAssignment | undefined;
  /** Default `haltwire`. */
  readonly database?: string | undefined;
  /** Makes the tables on every host of this cluster, which must have one shard. Default: on the client's server. */
  readonly cluster?: string | undefined;
  /** Replicated tables. Default: plain ones. */
  readonly replication?: Replication | undefined;
  /** Days that rows are kept after their log time; -1 = for ever. Default: as the tables are. */
  readonly retentionDays?: number | undefined;
  /** Counts calls and decisions by the hour. Default: does not. */
  readonly rollups?: RollupOptions | undefined;
  /** Most rows of one insert. Default 5,000. */
  readonly batchRows?: number | undefined;
  /** How long an insert waits for more rows, ms. Default 500; 0 inserts what each read delivers. */
  readonly lingerMs?: number | undefined;
  /** Waits between attempts. Default 200 ms, doubling to 30 s. */
  readonly backoff?: Backoff | undefined;
  /** Called with each failure, for a log line; the archiver goes on by itself. */
  readonly onFailure?: ((error: unknown) => void) | undefined;
}

/** How far the archive is behind the log, for one partition of one topic. */
export interface ArchiveLag {
  readonly topic: ArchivedTopic;
  readonly partition: number;
  /** Undefined until the first row is known to be in ClickHouse. */
  readonly archived: Position | undefined;
  /** Offsets of the log that are not in ClickHouse yet. */
  readonly behind: number;
  /** Failures since the last success. */
  readonly failures: number;
}

/** Copies the log into ClickHouse. Detection never waits for it. */
export interface Archiver {
  /**
   * Works until the signal aborts, through failures of the log and of ClickHouse; then hands its partitions over. Never
   * rejects. Call it once.
   */
  run(signal: AbortSignal): Promise<void>;
  /** Asks the log for its ends, of the partitions that this archiver works on. Rejects when the log is unavailable. */
  lag(): Promise<readonly ArchiveLag[]>;
  /** Sums since start, and the present number of partitions, by name; see `ARCHIVE_METRICS`. */
  metrics(): Record<ArchiveMetricName, number>;
}

/**
 * Makes an archiver: `agent.inputs`, `agent.decisions` and `agent.inputs.dead` into ClickHouse, each record once, in
 * order, from where the tables end.
 *
 * @throws HaltwireError `HALTWIRE_CONFIG` when the database's or cluster's name is no plain identifier.
 * @example
 * const config = clickHouseConfigFromEnv(process.env);
 * const client = openClickHouse(config);
 * const stop = new AbortController();
 * await createArchiver({ source, client, ...archiverOptions(config) }).run(stop.signal);
 */
export function createArchiver(options: ArchiverOptions): Archiver {
  const { source, client, assignment, database = 'haltwire', batchRows = 5000, lingerMs = 500 } = options;
  const { cluster, replication, retentionDays, rollups: counting } = options;
  const layout: Layout = { database, cluster, replication, retentionDays };
  checkLayout(layout);
  const backoff = options.backoff ?? { firstMs: 200, mostMs: 30_000 };
  const metrics = new ArchiveMetrics();
  const places = new Map<string, Progress>();
  const onFailure = (error: unknown): void => {
    metrics.add('archive.failures');
    options.onFailure?.(explain(error));
  };
  const progressOf = (topic: ArchivedTopic, partition: number): Progress => {
    const key = `${topic}/${partition}`;
    const progress = places.get(key) ?? { archived: undefined, failures: 0 };
    places.set(key, progress);
    return progress;
  };

  const rollups =
    counting === undefined
      ? undefined
      : createRollups({ client, layout, ...counting, onCounted: () => metrics.add('archive.hours_counted') });

  /** Works on one partition of all archived topics until the signal aborts. */
  const archive = async (partition: number, signal: AbortSignal): Promise<void> => {
    metrics.partitions += 1;
    await Promise.all(
      archivedTopics.map((topic) => {
        const store = createStore({
          client,
          layout,
          topic,
          partition,
          onUnfit: () => metrics.add('archive.unfit_rows'),
          onInsert: () => metrics.add('archive.inserts'),
        });
        const onInserted = (entries: readonly LogEntry[], upTo: Position): void => {
          metrics.add('archive.rows', entries.length);
          rollups?.note(topic, partition, entries);
          if (topic === archivedTopics[0]) assignment?.commit(partition, { ...upTo, index: upTo.index + 1 });
        };
        const onBegin = async (): Promise<void> => rollups?.resume(topic, partition);
        const parts = { source, store, topic, partition, batchRows, lingerMs, backoff, onBegin, onInserted, onFailure };
        // Another archiver may have been here since: the place is read again.
        Object.assign(progressOf(topic, partition), { archived: undefined, failures: 0 });
        return archivePartition(parts, progressOf(topic, partition), signal);
      }),
    );
    for (const topic of archivedTopics) {
      rollups?.forget(topic, partition);
      if (assignment !== undefined) places.delete(`${topic}/${partition}`);
    }
    metrics.partitions -= 1;
  };
  const working = createPartitionSet(archive);

  /** All partitions of the topics, or those that are assigned. */
  const partitionsOf = async (topic: ArchivedTopic): Promise<readonly number[]> =>
    assignment === undefined ? source.partitions(topic) : working.partitions();

  return {
    async run(signal) {
      await persist(() => migrate(client, layout), backoff, signal, onFailure);
      const start = async (): Promise<void> => {
        if (assignment !== undefined) return assignment.join((partitions) => working.set(partitions));
        const lists = await Promise.all(archivedTopics.map((topic) => source.partitions(topic)));
        working.set(lists.flat());
      };
      await persist(start, backoff, signal, onFailure);
      if (rollups !== undefined && counting !== undefined)
        await every(counting.everyMs, () => rollups.count(), signal, onFailure);
      if (!signal.aborted) await once(signal, 'abort');
      await working.close();
      await assignment?.leave().catch(onFailure);
    },
    async lag() {
      const lists = await Promise.all(
        archivedTopics.map(async (topic) => (await partitionsOf(topic)).map((partition) => ({ topic, partition }))),
      );
      return Promise.all(
        lists.flat().map(async ({ topic, partition }): Promise<ArchiveLag> => {
          const { archived, failures } = progressOf(topic, partition);
          const end = await source.end(topic, partition);
          return {
            topic,
            partition,
            archived,
            behind: Math.max(0, end.offset - (archived?.offset ?? -1) - 1),
            failures,
          };
        }),
      );
    },
    metrics: () => metrics.read(),
  };
}
