import type { ClickHouseClient } from '@clickhouse/client';
import { type EventSource, HaltwireError, type Position } from '@haltwire/schemas';
import { type Backoff, persist } from './backoff.ts';
import { migrate } from './migrations.ts';
import { archivePartition, type Progress } from './partition-archiver.ts';
import { type ArchivedTopic, archivedTopics } from './rows.ts';
import { createStore } from './store.ts';

/** Options of `createArchiver`. */
export interface ArchiverOptions {
  /** The log. One archiver reads each partition. */
  readonly source: EventSource;
  /** A ClickHouse server's client, or chDB's through `createChdbConnection`. The caller closes it. */
  readonly client: ClickHouseClient;
  /** Default `haltwire`. */
  readonly database?: string | undefined;
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
  /** Works until the signal aborts, through failures of the log and of ClickHouse. Never rejects. Call it once. */
  run(signal: AbortSignal): Promise<void>;
  /** Asks the log for its ends. Rejects when the log is unavailable. */
  lag(): Promise<readonly ArchiveLag[]>;
  /** Sums since start, by name; the README lists the names. */
  metrics(): Record<string, number>;
}

/**
 * Makes an archiver: `agent.inputs`, `agent.decisions` and `agent.inputs.dead` into ClickHouse, each record once, in
 * order, from where the tables end.
 *
 * @throws HaltwireError `HALTWIRE_CONFIG` when the database's name is no plain identifier.
 * @example
 * const client = createClient({ url: 'http://clickhouse:8123' });
 * const stop = new AbortController();
 * await createArchiver({ source, client }).run(stop.signal);
 */
export function createArchiver(options: ArchiverOptions): Archiver {
  const { source, client, database = 'haltwire', batchRows = 5000, lingerMs = 500 } = options;
  const backoff = options.backoff ?? { firstMs: 200, mostMs: 30_000 };
  if (!/^[A-Za-z_]\w{0,62}$/.test(database)) {
    throw new HaltwireError(
      'HALTWIRE_CONFIG',
      'database is wrong: it must be letters, digits and _, not starting with a digit',
    );
  }
  const places = new Map<string, { topic: ArchivedTopic; partition: number; progress: Progress }>();
  const sums = { 'archive.rows': 0, 'archive.unfit_rows': 0, 'archive.failures': 0 };
  const onFailure = (error: unknown): void => {
    sums['archive.failures'] += 1;
    options.onFailure?.(error);
  };

  const partitionsOf = async (): Promise<{ topic: ArchivedTopic; partition: number }[]> => {
    const lists = await Promise.all(
      archivedTopics.map(async (topic) => (await source.partitions(topic)).map((partition) => ({ topic, partition }))),
    );
    return lists.flat();
  };
  const progressOf = (topic: ArchivedTopic, partition: number): Progress => {
    const key = `${topic}/${partition}`;
    const place = places.get(key) ?? { topic, partition, progress: { archived: undefined, failures: 0 } };
    places.set(key, place);
    return place.progress;
  };

  return {
    async run(signal) {
      const prepare = async () => {
        await migrate(client, database);
        return partitionsOf();
      };
      const partitions = (await persist(prepare, backoff, signal, onFailure)) ?? [];
      await Promise.all(
        partitions.map(({ topic, partition }) => {
          const store = createStore(client, database, topic, partition, () => {
            sums['archive.unfit_rows'] += 1;
          });
          const onInserted = (rows: number): void => {
            sums['archive.rows'] += rows;
          };
          const parts = { source, store, topic, partition, batchRows, lingerMs, backoff, onInserted, onFailure };
          return archivePartition(parts, progressOf(topic, partition), signal);
        }),
      );
    },
    async lag() {
      return Promise.all(
        (await partitionsOf()).map(async ({ topic, partition }): Promise<ArchiveLag> => {
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
    metrics: () => ({ ...sums }),
  };
}
