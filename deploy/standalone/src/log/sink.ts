import { type AppendEntry, type EventSink, HaltwireError, TOPIC, type TopicName } from '@haltwire/schemas';
import { encodeEntry, MAX_KEY_BYTES } from './codec.ts';
import type { GroupCommit, Urgency } from './group-commit.ts';
import type { TopicState } from './topic-state.ts';

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

/** The log's `EventSink`: offsets and log time are given when the entry's commit begins, so both only ever grow. */
export function createSink(
  commit: GroupCommit,
  topicOf: (name: TopicName) => TopicState,
  nextLogTime: () => number,
): EventSink {
  return {
    async append(name, entries) {
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
    },
  };
}
