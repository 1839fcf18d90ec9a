import {
  type EventSource,
  HaltwireError,
  type OwnerSink,
  type SnapshotStore,
  TOPIC,
  type TopicName,
} from '@haltwire/schemas';
import { open } from 'lmdb';
import { decodeEntry } from './codec.ts';
import { createGroupCommit } from './group-commit.ts';
import { createSink } from './sink.ts';
import { createSnapshots } from './snapshots.ts';
import { createSource } from './source.ts';
import { createTopicState, endOf, type TopicState, wake } from './topic-state.ts';

/** Options of `openLog`. */
export interface LogOptions {
  /** Folder of the log; made when missing. */
  readonly path: string;
  /**
   * `disk`: an append is answered when the disk has it (survives a power cut). `process`: when the operating system
   * has it (survives kill -9 of this process, may lose the last seconds in a power cut). Default: `disk`.
   */
  readonly durability?: 'disk' | 'process' | undefined;
  /** Most bytes waiting for the disk before appends are turned away. Default: 64 MiB. */
  readonly maxQueuedBytes?: number | undefined;
}

/** The embedded log: all three ports over one LMDB folder. */
export interface EmbeddedLog {
  readonly sink: OwnerSink;
  readonly source: EventSource;
  readonly snapshots: SnapshotStore;
  /** Commits so far and the end of every topic: for health and for measuring how many appends share a flush. */
  stats(): { readonly commits: number; readonly ends: Readonly<Record<TopicName, number>> };
  /** Waits for queued appends, ends every reader, closes the files. */
  close(): Promise<void>;
}

function lastLogTime(topic: TopicState): number {
  const last = topic.nextOffset > 0 ? topic.database.get(topic.nextOffset - 1) : undefined;
  return last === undefined ? 0 : decodeEntry(last).logTime;
}

/**
 * Opens the embedded log: one partition per topic, ordered, durable, with readers that are woken by the commit.
 *
 * One process at a time: hold the data folder's lock. Retention is not built yet: topics only grow.
 *
 * - `durability`: `disk` (default) | `process`
 * - `maxQueuedBytes`: 67108864 (default)
 *
 * Throws `HALTWIRE_STORAGE` when the folder cannot be opened.
 *
 * @example
 * const log = openLog({ path: './.haltwire/log' });
 * await log.sink.append('agent.inputs', [{ key: 'default/deploy-bot', value: '{"type":"tick","v":1}' }]);
 * await log.close();
 */
export function openLog({ path, durability = 'disk', maxQueuedBytes = 64 * 1024 * 1024 }: LogOptions): EmbeddedLog {
  const environment = (() => {
    try {
      // Without overlappingSync a commit's promise means: flushed. The overlapping mode measured no faster here.
      return open<Buffer, number>({
        path,
        encoding: 'binary',
        overlappingSync: false,
        noSync: durability === 'process',
      });
    } catch (cause) {
      throw new HaltwireError(
        'HALTWIRE_STORAGE',
        `Cannot open the log at ${path}; check that the folder is writable.`,
        {
          cause,
        },
      );
    }
  })();
  const topics = new Map<TopicName, TopicState>();
  for (const name of Object.values(TOPIC)) {
    topics.set(name, createTopicState(environment.openDB<Buffer, number>({ name, encoding: 'binary' })));
  }
  let newest = Math.max(0, ...[...topics.values()].map(lastLogTime));
  let closed = false;

  function topicOf(name: TopicName): TopicState {
    const topic = topics.get(name);
    if (topic === undefined) throw new HaltwireError('HALTWIRE_NOT_FOUND', `There is no topic ${name}.`);
    return topic;
  }

  const commit = createGroupCommit({
    environment,
    maxQueuedBytes,
    onCommitted() {
      for (const topic of topics.values()) {
        if (topic.durableEnd === topic.nextOffset) continue;
        topic.durableEnd = topic.nextOffset;
        wake(topic);
      }
    },
    onFailed() {
      // A failed commit may still have reached the disk: what is there counts, and offsets never repeat.
      environment.resetReadTxn();
      for (const topic of topics.values()) {
        topic.nextOffset = topic.durableEnd = endOf(topic.database);
        wake(topic);
      }
    },
  });

  return {
    sink: createSink(commit, topicOf, () => {
      newest = Math.max(newest, Date.now());
      return newest;
    }),
    source: createSource(topicOf, () => closed),
    snapshots: createSnapshots(commit, environment.openDB<Buffer, string>({ name: 'snapshots', encoding: 'binary' })),
    stats: () => ({
      commits: commit.commits,
      ends: Object.fromEntries([...topics].map(([name, topic]) => [name, topic.durableEnd])) as Record<
        TopicName,
        number
      >,
    }),
    async close() {
      if (closed) return;
      await commit.close();
      closed = true;
      for (const topic of topics.values()) wake(topic);
      await environment.close();
    },
  };
}
