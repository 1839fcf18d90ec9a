import { compactedTopics, HaltwireError, type LogEntry, type TopicName } from '@haltwire/schemas';
import type { Dialer } from '../client/connection.ts';
import type { Logger } from '../client/logger.ts';
import type { SharedLine } from '../client/shared-line.ts';
import type { KafkaMetrics } from '../metrics.ts';
import { topicNameOf } from '../topics/topic-name.ts';
import { READ_ALL } from '../wire/fetch.ts';
import { askOffsets } from '../wire/offsets.ts';
import { entriesOf } from './entries.ts';
import { TopicReader } from './topic-reader.ts';

/** Options of `followTopic`. */
export interface FollowOptions {
  /** Where each partition is begun. Default `start`. */
  readonly from?: 'start' | 'end' | undefined;
  /** `caught-up`: ends when everything that was there at the beginning has been delivered. Default: follows for ever. */
  readonly until?: 'caught-up' | undefined;
  /** Called once, when everything that was there at the beginning has been delivered and taken. */
  readonly onCaughtUp?: (() => void) | undefined;
  /** Ends the iteration. */
  readonly signal: AbortSignal;
}

/** Entries of one partition, in order; never empty. */
export interface PartitionBatch {
  readonly partition: number;
  readonly entries: readonly LogEntry[];
}

/** Reads all partitions of a topic as one stream. */
export type FollowTopic = (topic: TopicName, options: FollowOptions) => AsyncIterable<PartitionBatch>;

export interface FollowerOptions {
  readonly dialer: Dialer;
  /** For questions. */
  readonly line: SharedLine;
  readonly metrics: KafkaMetrics;
  readonly logger: Logger;
  /** Fires when the log is closed: readers then end with `HALTWIRE_UNAVAILABLE`. */
  readonly closing: AbortSignal;
}

/**
 * Makes the follower of whole topics: what every gateway knows of every session, every decision, every key.
 *
 * Entries of one partition come in order; partitions come as their leaders answer. The next fetch of a leader is asked for
 * when its last answer was taken.
 */
export function createFollower({ dialer, line, metrics, logger, closing }: FollowerOptions): FollowTopic {
  return async function* followTopic(topic, { from = 'start', until, onCaughtUp, signal }) {
    const either = AbortSignal.any([signal, closing]);
    const name = topicNameOf(topic, dialer.config);
    const removes = compactedTopics.includes(topic);
    const askEnds = (partitions: readonly number[]) => askOffsets(line.current(), name, partitions, 'end', READ_ALL);
    const reader = new TopicReader({ topic, from, dialer, metrics, logger, signal: either, askEnds });
    const logTimes = new Map<number, number>();
    let isCaughtUp = false;
    try {
      if (await reader.start()) {
        for (;;) {
          if (!isCaughtUp && reader.isCaughtUp) {
            isCaughtUp = true;
            onCaughtUp?.();
            if (until === 'caught-up') return;
          }
          const news = await reader.next();
          if (news === undefined) break;
          for (const [partition, { records }] of news) {
            let logTime = logTimes.get(partition) ?? 0;
            const entries: LogEntry[] = [];
            for (const record of records) {
              // A new leader's clock may be behind that of the old one.
              logTime = Math.max(logTime, record.time);
              entries.push(...entriesOf(record, { partition, logTime, removes }));
            }
            logTimes.set(partition, logTime);
            if (entries.length === 0 || either.aborted) continue;
            metrics.add('entriesRead', entries.length);
            yield { partition, entries };
          }
        }
      }
    } finally {
      reader.close();
    }
    if (closing.aborted && !signal.aborted) {
      throw new HaltwireError('HALTWIRE_UNAVAILABLE', 'The log is closed.');
    }
  };
}
