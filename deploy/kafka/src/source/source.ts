import {
  compactedTopics,
  comparePositions,
  type EventSource,
  HaltwireError,
  type LogEntry,
  type TopicName,
} from '@haltwire/schemas';
import type { Dialer } from '../client/connection.ts';
import { asHaltwireError } from '../client/errors.ts';
import type { Logger } from '../client/logger.ts';
import type { SharedLine } from '../client/shared-line.ts';
import type { KafkaMetrics } from '../metrics.ts';
import { topicNameOf } from '../topics/topic-name.ts';
import { READ_ALL } from '../wire/fetch.ts';
import { askOffset } from '../wire/offsets.ts';
import { entriesOf } from './entries.ts';
import { pause } from './failures.ts';
import { createFollower, type FollowTopic } from './follow-topic.ts';
import { PartitionReader } from './reader.ts';

const DEFAULT_BATCH = 512;
const START = { partition: 0, offset: 0, index: 0 };
const ASK_ATTEMPTS = 4;
const ASK_PAUSE_MS = 50;

export interface SourceOptions {
  readonly dialer: Dialer;
  /** For questions; readers have connections of their own. */
  readonly line: SharedLine;
  readonly metrics: KafkaMetrics;
  readonly logger: Logger;
}

/** The source and its end: `close` ends every reader with `HALTWIRE_UNAVAILABLE`. */
export interface OpenSource {
  readonly source: EventSource;
  readonly followTopic: FollowTopic;
  close(): void;
}

/**
 * `EventSource` over Kafka: each `read` fetches its partition from the leader itself, without a consumer group.
 *
 * A fetch is asked for when the previous one has been taken, so a slow reader costs nobody anything but its own place.
 */
export function createSource({ dialer, line, metrics, logger }: SourceOptions): OpenSource {
  const { config } = dialer;
  const closing = new AbortController();

  /** Questions are harmless, so they are asked again over a fresh connection. */
  async function ask<Answer>(doing: string, question: () => Promise<Answer>): Promise<Answer> {
    for (let attempt = 1; ; attempt += 1) {
      const used = line.current();
      try {
        return await question();
      } catch (error) {
        if (HaltwireError.isInstance(error) && error.code === 'HALTWIRE_NOT_FOUND') throw error;
        line.replace(used);
        if (attempt >= ASK_ATTEMPTS || closing.signal.aborted) throw asHaltwireError(error, doing);
        await pause(ASK_PAUSE_MS * attempt, closing.signal);
      }
    }
  }

  function endOffset(topic: TopicName, partition: number): Promise<number> {
    const name = topicNameOf(topic, config);
    return ask(`asking for the end of ${name}`, () => askOffset(line.current(), name, partition, 'end', READ_ALL));
  }

  const source: EventSource = {
    partitions(topic) {
      const name = topicNameOf(topic, config);
      return ask(`asking for the partitions of ${name}`, async () => {
        const used = line.current();
        await used.know(name);
        return used.partitionsOf(name);
      });
    },

    async end(topic, partition) {
      return { partition, offset: await endOffset(topic, partition), index: 0 };
    },

    async *read(topic, partition, { from, until, maxBatch = DEFAULT_BATCH, gatherMs = 0, signal }) {
      if (until !== undefined && comparePositions(from ?? START, until) >= 0) return;
      const either = AbortSignal.any([signal, closing.signal]);
      const askEnd = () => askOffset(line.current(), topicNameOf(topic, config), partition, 'end', READ_ALL);
      const reader = new PartitionReader({
        topic,
        partition,
        from,
        until,
        dialer,
        metrics,
        logger,
        signal: either,
        askEnd,
      });
      const removes = compactedTopics.includes(topic);
      const wanted = ({ position }: LogEntry) =>
        (from === undefined || comparePositions(position, from) >= 0) &&
        (until === undefined || comparePositions(position, until) < 0);
      let logTime = 0;
      try {
        while (!either.aborted) {
          const fetched = await reader.next();
          if (fetched === undefined) break;
          const entries: LogEntry[] = [];
          for (const record of fetched.records) {
            // A new leader's clock may be behind that of the old one.
            logTime = Math.max(logTime, record.time);
            entries.push(...entriesOf(record, { partition, logTime, removes }).filter(wanted));
          }
          for (let start = 0; start < entries.length && !either.aborted; start += maxBatch) {
            const batch = entries.slice(start, start + maxBatch);
            metrics.add('entriesRead', batch.length);
            yield batch;
          }
          if (gatherMs > 0 && fetched.nextOffset >= fetched.end) await pause(gatherMs, either);
        }
      } finally {
        reader.close();
      }
      if (closing.signal.aborted && !signal.aborted) {
        throw new HaltwireError('HALTWIRE_UNAVAILABLE', 'The log is closed.');
      }
    },
  };
  const followTopic = createFollower({ dialer, line, metrics, logger, closing: closing.signal });
  return { source, followTopic, close: () => closing.abort() };
}
