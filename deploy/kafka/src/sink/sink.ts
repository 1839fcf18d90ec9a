import {
  compactedTopics,
  type ExclusiveWriter,
  HaltwireError,
  type OwnerSink,
  type Position,
  type SnapshotEntry,
  TOPIC,
  type TopicName,
} from '@haltwire/schemas';
import { asHaltwireError } from '../client/errors.ts';
import type { Logger } from '../client/logger.ts';
import type { SharedLine } from '../client/shared-line.ts';
import type { KafkaConfig } from '../config/config.ts';
import type { KafkaMetrics } from '../metrics.ts';
import { partitionOf } from '../records/murmur2.ts';
import { topicNameOf } from '../topics/topic-name.ts';
import { ExclusiveLane } from './exclusive-lane.ts';
import { Lane } from './lane.ts';

/** Room for what Kafka adds to a batch and its records. */
const BATCH_OVERHEAD = 1024;
const RECORD_OVERHEAD = 64;

/** Nobody waits for a decision record or a dead letter, so these may wait for company. */
function lingerOf(topic: TopicName, config: KafkaConfig): number {
  return topic === TOPIC.decisions || topic === TOPIC.dead ? config.lingerMs : 0;
}

function sizeOf(entries: readonly SnapshotEntry[]): number {
  let bytes = 0;
  for (const { key, value } of entries) {
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value ?? '') + RECORD_OVERHEAD;
  }
  return bytes;
}

export interface SinkOptions {
  readonly line: SharedLine;
  readonly config: KafkaConfig;
  readonly metrics: KafkaMetrics;
  readonly logger: Logger;
}

/** The sink and its end: `close` waits for what is under way, then refuses. */
export interface OpenSink {
  readonly sink: OwnerSink;
  close(): Promise<void>;
}

/**
 * `OwnerSink` over Kafka: one `Lane` per partition in use; partitions do not wait for each other.
 *
 * Entries with the same partition are appended in order and together, or not at all. Entries of one call whose keys
 * belong to different partitions are not: the call is answered when all are there, and refused when one part is not.
 * A refused append may be in the log all the same, if its request was in doubt; not so with an `ExclusiveWriter`, which
 * refuses only what is not there, or loses its right.
 */
export function createSink({ line, config, metrics, logger }: SinkOptions): OpenSink {
  const lanes = new Map<string, Lane>();
  const exclusive = new Set<ExclusiveLane>();
  const counts = new Map<TopicName, Promise<number>>();
  let queuedBytes = 0;
  let closed = false;

  /** Asked once: a topic that grew partitions would send a key elsewhere, behind its earlier events' back. */
  function partitionCount(topic: TopicName): Promise<number> {
    const known = counts.get(topic);
    if (known !== undefined) return known;
    const asking = askCount(topic);
    counts.set(topic, asking);
    asking.catch(() => counts.delete(topic));
    return asking;
  }

  async function askCount(topic: TopicName): Promise<number> {
    const name = topicNameOf(topic, config);
    const used = line.current();
    try {
      await used.know(name);
      return used.partitionsOf(name).length;
    } catch (error) {
      line.replace(used);
      throw asHaltwireError(error, `looking for ${name}`);
    }
  }

  function laneOf(topic: TopicName, partition: number): Lane {
    const id = `${topic}/${partition}`;
    const known = lanes.get(id);
    if (known !== undefined) return known;
    const lane = new Lane(laneOptions(topic, partition));
    lanes.set(id, lane);
    return lane;
  }

  function laneOptions(topic: TopicName, partition: number) {
    return {
      topic: topicNameOf(topic, config),
      partition,
      line,
      config,
      metrics,
      lingerMs: lingerOf(topic, config),
      share: !compactedTopics.includes(topic),
      onTaken: (bytes: number) => {
        queuedBytes -= bytes;
      },
    };
  }

  /** Counts the bytes as waiting from here on, so that calls made in one turn see each other. */
  function reserve(bytes: number): void {
    if (closed) throw new HaltwireError('HALTWIRE_UNAVAILABLE', 'The log is closed.');
    if (bytes + BATCH_OVERHEAD > config.maxMessageBytes) {
      throw new HaltwireError(
        'HALTWIRE_TOO_LARGE',
        `The append has ${bytes} bytes; keep it under ${config.maxMessageBytes - BATCH_OVERHEAD} (kafka.maxMessageBytes).`,
      );
    }
    if (queuedBytes > 0 && queuedBytes + bytes > config.maxQueuedBytes) {
      metrics.add('appendsRefused');
      throw new HaltwireError(
        'HALTWIRE_UNAVAILABLE',
        `Kafka is slower than the senders: ${queuedBytes} bytes wait already. Retry in a moment.`,
      );
    }
    queuedBytes += bytes;
  }

  /** Awaited every time, also when it is known: calls keep their order. */
  async function countOrRelease(topic: TopicName, bytes: number): Promise<number> {
    try {
      const count = await partitionCount(topic);
      if (closed) throw new HaltwireError('HALTWIRE_UNAVAILABLE', 'The log is closed.');
      return count;
    } catch (error) {
      queuedBytes -= bytes;
      throw error;
    }
  }

  function pushTo(lane: Lane | ExclusiveLane, entries: readonly SnapshotEntry[]): Promise<readonly Position[]> {
    return new Promise((resolve, reject) => {
      lane.push({ entries, bytes: sizeOf(entries), queuedAt: performance.now(), resolve, reject });
    });
  }

  async function takeOver(topic: TopicName, partition: number): Promise<ExclusiveWriter> {
    if (closed) throw new HaltwireError('HALTWIRE_UNAVAILABLE', 'The log is closed.');
    const transactionalId = `${config.topicPrefix}haltwire-writer-${topic}-${partition}`;
    const lane: ExclusiveLane = new ExclusiveLane({
      ...laneOptions(topic, partition),
      transactionalId,
      logger,
      onEnd: () => exclusive.delete(lane),
    });
    exclusive.add(lane);
    const from = await lane.begin();
    metrics.add('rightsTaken');
    return {
      from,
      async append(entries) {
        if (entries.length === 0) return [];
        if (!compactedTopics.includes(topic) && entries.some(({ value }) => value === null)) {
          throw new HaltwireError(
            'HALTWIRE_BAD_REQUEST',
            `${topic} keeps every record: a key cannot be removed from it.`,
          );
        }
        reserve(sizeOf(entries));
        return pushTo(lane, entries);
      },
    };
  }

  const sink: OwnerSink = {
    takeOver,

    async append(topic, entries, options = {}) {
      if (entries.length === 0) return [];
      const bytes = sizeOf(entries);
      reserve(bytes);
      const count = await countOrRelease(topic, bytes);
      const partitions = entries.map(({ key }) => options.partition ?? partitionOf(key, count));
      const [first = 0] = partitions;
      if (partitions.every((partition) => partition === first)) return pushTo(laneOf(topic, first), entries);

      const byPartition = Map.groupBy(entries.keys(), (place) => partitions[place] ?? first);
      const positions: Position[] = new Array(entries.length);
      await Promise.all(
        [...byPartition].map(async ([partition, places]) => {
          const part = places.flatMap((place) => entries[place] ?? []);
          const got = await pushTo(laneOf(topic, partition), part);
          for (const [at, place] of places.entries()) {
            const position = got[at];
            if (position !== undefined) positions[place] = position;
          }
        }),
      );
      return positions;
    },
  };

  return {
    sink,
    async close() {
      closed = true;
      const abandonAll = () => {
        for (const lane of exclusive) lane.abandon();
      };
      // A writer goes on for as long as it takes; closing is where that ends.
      const patience = setTimeout(abandonAll, config.deliveryTimeoutMs);
      await Promise.all([...lanes.values(), ...exclusive].map((lane) => lane.idle()));
      clearTimeout(patience);
      abandonAll();
    },
  };
}
