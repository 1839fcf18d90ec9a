import { type EventSource, HaltwireError, type LogEntry, type ReadOptions, type TopicName } from '@haltwire/schemas';
import { decodeEntry } from './codec.ts';
import { assertPartition, type TopicState } from './topic-state.ts';

const DEFAULT_BATCH = 512;
/** A batch of large entries is cut here: a reader's memory is bounded by bytes too. */
const MAX_BATCH_BYTES = 8 * 1024 * 1024;

function readBatch(topic: TopicState, from: number, limit: number): LogEntry[] {
  const batch: LogEntry[] = [];
  let bytes = 0;
  for (const { key, value } of topic.database.getRange({ start: from, end: topic.durableEnd, limit })) {
    batch.push({ position: { partition: 0, offset: key, index: 0 }, ...decodeEntry(value) });
    bytes += value.length;
    if (bytes >= MAX_BATCH_BYTES) break;
  }
  return batch;
}

/** Resolves after so many ms, or when the signal fires. */
function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, delayMs);
    signal.addEventListener('abort', done);
  });
}

/** Resolves when the topic has grown, or the signal fires. */
function grown(topic: TopicState, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      topic.waiting.delete(done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    topic.waiting.add(done);
    signal.addEventListener('abort', done);
  });
}

function firstOffset(from: ReadOptions['from']): number {
  if (from === undefined) return 0;
  // Every entry here has index 0, so a position inside a record means: this one is done.
  return from.index > 0 ? from.offset + 1 : from.offset;
}

/** The log's `EventSource`: reads what is on disk, then waits to be woken by the next commit. Never polls. */
export function createSource(topicOf: (name: TopicName) => TopicState, isClosed: () => boolean): EventSource {
  return {
    partitions: async () => [0],
    async end(name, partition) {
      assertPartition(name, partition);
      return { partition, offset: topicOf(name).durableEnd, index: 0 };
    },
    async *read(name, partition, { from, until, maxBatch = DEFAULT_BATCH, gatherMs = 0, signal }) {
      assertPartition(name, partition);
      const topic = topicOf(name);
      let offset = firstOffset(from);
      if (offset > topic.durableEnd) {
        throw new HaltwireError(
          'HALTWIRE_STORAGE',
          `${name} ends at ${topic.durableEnd}, before the wanted position ${offset}: the log folder was replaced or cut. ` +
            'Restore it, or start with an empty data folder.',
        );
      }
      while (!signal.aborted) {
        if (isClosed()) throw new HaltwireError('HALTWIRE_UNAVAILABLE', 'The log is closed.');
        if (until !== undefined && offset >= until.offset) return;
        if (offset >= topic.durableEnd) {
          await grown(topic, signal);
          if (gatherMs > 0 && !isClosed()) await pause(gatherMs, signal);
          continue;
        }
        const batch = readBatch(
          topic,
          offset,
          Math.min(maxBatch, until === undefined ? maxBatch : until.offset - offset),
        );
        const last = batch.at(-1);
        if (last === undefined) {
          throw new HaltwireError(
            'HALTWIRE_STORAGE',
            `${name} lacks the entry at ${offset}: the log folder is damaged.`,
          );
        }
        offset = last.position.offset + 1;
        yield batch;
      }
    },
  };
}
