import { HaltwireError, type TopicName } from '@haltwire/schemas';
import type { Database } from 'lmdb';

/** One topic's partition 0: where it ends, and who waits for more. */
export interface TopicState {
  readonly database: Database<Buffer, number>;
  /** Offset that the next staged entry gets. */
  nextOffset: number;
  /** Offset after the last entry that is on disk: what readers may see. */
  durableEnd: number;
  /** Readers that have seen everything; each is called once, then forgotten. */
  readonly waiting: Set<() => void>;
}

/** Last key in the database plus one; 0 when it is empty. */
export function endOf(database: Database<Buffer, number>): number {
  for (const key of database.getKeys({ reverse: true, limit: 1 })) return key + 1;
  return 0;
}

export function createTopicState(database: Database<Buffer, number>): TopicState {
  const end = endOf(database);
  return { database, nextOffset: end, durableEnd: end, waiting: new Set() };
}

/** Wakes every reader that waits on the topic. */
export function wake(topic: TopicState): void {
  const readers = [...topic.waiting];
  topic.waiting.clear();
  for (const reader of readers) reader();
}

/** Throws `HALTWIRE_NOT_FOUND` for any partition but 0. */
export function assertPartition(topic: TopicName, partition: number): void {
  if (partition === 0) return;
  throw new HaltwireError(
    'HALTWIRE_NOT_FOUND',
    `${topic} has no partition ${partition}: the embedded log has partition 0 only.`,
  );
}
