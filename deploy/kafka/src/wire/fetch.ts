import type { BrokerInternals, ProtocolCall } from '../client/internals.ts';
import { createErrorFromCode, requests } from '../client/internals.ts';
import { ByteReader } from './bytes.ts';
import { type AbortedTransaction, decodeBatches, type LogRecord } from './record-batch.ts';

/** Version 11: the newest that kafkajs can ask for; Kafka 2.3 and newer answer it. */
const FETCH_VERSION = 11;

/** Isolation: records of open or aborted transactions are there too, or not. */
export const READ_ALL = 0;
export const READ_COMMITTED = 1;

/** How a fetch is to be made. */
export interface FetchLimits {
  /** How long the broker may wait for the first byte, ms. */
  readonly waitMs: number;
  /** Of the whole answer, and of each partition in it. One batch comes even if it is larger. */
  readonly maxBytes: number;
  readonly isolation: typeof READ_ALL | typeof READ_COMMITTED;
  /** When the answer counts as lost, ms. */
  readonly timeoutMs: number;
}

export interface FetchOptions extends FetchLimits {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

export interface Fetched {
  readonly records: readonly LogRecord[];
  readonly nextOffset: number;
  /** Where readers of this isolation must stop for now. */
  readonly end: number;
}

interface PartitionAnswer {
  readonly partition: number;
  readonly errorCode: number;
  readonly end: number;
  readonly aborted: readonly AbortedTransaction[];
  readonly bytes: Buffer;
}

interface Answer {
  readonly clientSideThrottleTime: number;
  readonly errorCode: number;
  readonly partitions: readonly PartitionAnswer[];
}

/** `partition i32 | error i16 | high watermark i64 | last stable offset i64 | log start i64 | aborted [ producer id i64 |
 * first offset i64 ] | replica i32 | records` */
function decodePartition(reader: ByteReader, isolation: number): PartitionAnswer {
  const partition = reader.int32();
  const errorCode = reader.int16();
  const highWatermark = reader.int64();
  const lastStable = reader.int64();
  reader.skip(8);
  const aborted: AbortedTransaction[] = [];
  for (let left = reader.int32(); left > 0; left -= 1) {
    const producerId = reader.int64Text();
    aborted.push({ producerId, firstOffset: reader.int64() });
  }
  reader.skip(4);
  const length = reader.int32();
  return {
    partition,
    errorCode,
    end: isolation === READ_COMMITTED ? lastStable : highWatermark,
    aborted,
    bytes: length > 0 ? reader.slice(length) : Buffer.alloc(0),
  };
}

/** `throttle i32 | error i16 | session i32 | topics [ name | partitions [ ... ] ]`; we ask for one topic. */
function decodeAnswer(bytes: Buffer, isolation: number): Answer {
  const reader = new ByteReader(bytes);
  const clientSideThrottleTime = reader.int32();
  const errorCode = reader.int16();
  reader.skip(4);
  const partitions: PartitionAnswer[] = [];
  if (errorCode === 0 && reader.int32() > 0) {
    reader.string();
    for (let left = reader.int32(); left > 0; left -= 1) partitions.push(decodePartition(reader, isolation));
  }
  return { clientSideThrottleTime, errorCode, partitions };
}

/** What one partition's leader had, or why it had nothing. */
export type PartitionFetched =
  | (Fetched & { readonly partition: number })
  | { readonly partition: number; readonly error: Error };

/**
 * One fetch of several partitions of a topic from the broker that leads them. Where the answer is full, later partitions
 * have nothing in it: ask for them first the next time. Rejects with kafkajs' errors.
 */
export async function fetchPartitions(
  broker: BrokerInternals,
  topic: string,
  offsets: ReadonlyMap<number, number>,
  { waitMs, maxBytes, isolation, timeoutMs }: FetchLimits,
): Promise<readonly PartitionFetched[]> {
  const { request } = requests.Fetch.protocol({ version: FETCH_VERSION })({
    replicaId: -1,
    isolationLevel: isolation,
    maxWaitTime: waitMs,
    minBytes: 1,
    maxBytes,
    topics: [
      {
        topic,
        partitions: [...offsets].map(([partition, offset]) => ({ partition, fetchOffset: String(offset), maxBytes })),
      },
    ],
    rackId: '',
  });
  const call: ProtocolCall<Answer> = {
    request,
    requestTimeout: timeoutMs,
    response: {
      decode: async (bytes) => decodeAnswer(bytes, isolation),
      async parse(answer) {
        if (answer.errorCode !== 0) throw createErrorFromCode(answer.errorCode);
        return answer;
      },
    },
  };
  const { partitions } = await broker.connectionPool.send(call);
  const isEmpty = partitions.every(({ bytes }) => bytes.length === 0);
  return Promise.all(
    partitions.map(async ({ partition, errorCode, bytes, aborted, end }) => {
      if (errorCode !== 0) return { partition, error: createErrorFromCode(errorCode) };
      const offset = offsets.get(partition) ?? 0;
      // Compaction may leave nothing at all between here and the end; else an answer has at least one batch.
      const nothingThere = isEmpty && end > offset ? end : offset;
      const { records, nextOffset = nothingThere } = await decodeBatches(bytes, offset, aborted);
      return { partition, records, nextOffset: Math.max(offset, nextOffset), end };
    }),
  );
}

/** One fetch of one partition from its leader. Rejects with kafkajs' errors. */
export async function fetchRecords(broker: BrokerInternals, options: FetchOptions): Promise<Fetched> {
  const { topic, partition, offset } = options;
  const [fetched] = await fetchPartitions(broker, topic, new Map([[partition, offset]]), options);
  if (fetched === undefined) return { records: [], nextOffset: offset, end: 0 };
  if ('error' in fetched) throw fetched.error;
  return fetched;
}
