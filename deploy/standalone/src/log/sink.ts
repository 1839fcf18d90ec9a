import {
  type AppendEntry,
  compactedTopics,
  HaltwireError,
  type OwnerSink,
  type Position,
  type SnapshotEntry,
  TOPIC,
  type TopicName,
} from '@haltwire/schemas';
import { encodeEntry, MAX_KEY_BYTES } from './codec.ts';
import type { GroupCommit, Urgency } from './group-commit.ts';
import { assertPartition, type TopicState } from './topic-state.ts';

/** Largest single value, bytes. Far above what the collector lets in; guards the log against a bug upstream. */
export const MAX_VALUE_BYTES = 64 * 1024 * 1024;

/** Decisions follow from the inputs, so nobody waits for them: they must not hold up the next input. */
function urgencyOf(name: TopicName): Urgency {
  return name === TOPIC.decisions ? 'patient' : 'urgent';
}

function sizeOf(entry: AppendEntry): number {
  const keyBytes = Buffer.byteLength(entry.key);
  const valueBytes = Buffer.byteLength(entry.value);
  if (keyBytes > MAX_KEY_BYTES) {
    throw new HaltwireError(
      'HALTWIRE_TOO_LARGE',
      `The entry's key is ${keyBytes} bytes; keep it under ${MAX_KEY_BYTES}.`,
    );
  }
  if (valueBytes > MAX_VALUE_BYTES) {
    throw new HaltwireError(
      'HALTWIRE_TOO_LARGE',
      `The entry's value is ${valueBytes} bytes; keep it under ${MAX_VALUE_BYTES}.`,
    );
  }
  return keyBytes + valueBytes;
}

/** The log's `OwnerSink`: offsets and log time are given when the entry's commit begins, so both only ever grow. */
export function createSink(
  commit: GroupCommit,
  topicOf: (name: TopicName) => TopicState,
  nextLogTime: () => number,
): OwnerSink {
  async function append(name: TopicName, entries: readonly AppendEntry[]): Promise<readonly Position[]> {
    if (entries.length === 0) return [];
    const topic = topicOf(name);
    const bytes = entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
    let first = 0;
    await commit.write(
      bytes,
      () => {
        first = topic.nextOffset;
        const logTime = nextLogTime();
        for (const entry of entries) {
          topic.database.put(topic.nextOffset, encodeEntry({ logTime, ...entry }));
          topic.nextOffset += 1;
        }
      },
      urgencyOf(name),
    );
    return entries.map((_entry, place) => ({ partition: 0, offset: first + place, index: 0 }));
  }

  const writers = new Map<TopicName, symbol>();

  return {
    async append(name, entries, { partition = 0 } = {}) {
      assertPartition(name, partition);
      return append(name, entries);
    },
    async takeOver(name, partition) {
      assertPartition(name, partition);
      const right = Symbol(name);
      writers.set(name, right);
      // What an earlier holder has begun is queued before this, so it is on disk when this is answered.
      await commit.write(0, () => {}, 'urgent');
      return {
        from: { partition, offset: topicOf(name).durableEnd, index: 0 },
        async append(entries) {
          if (writers.get(name) !== right) {
            throw new HaltwireError('HALTWIRE_FENCED', `Somebody else in this process has taken over ${name}: stop.`);
          }
          return append(name, entries.map(valued));
        },
      };
    },
  };
}

/** The embedded log keeps everything, so nothing can be removed from it. */
function valued({ key, value }: SnapshotEntry): AppendEntry {
  if (value !== null) return { key, value };
  throw new HaltwireError(
    'HALTWIRE_BAD_REQUEST',
    `${key} cannot be removed: only ${compactedTopics.join(', ')} on Kafka forget keys.`,
  );
}
