import type { BrokerInternals, ProtocolCall } from '../client/internals.ts';
import { createErrorFromCode, requests } from '../client/internals.ts';
import { ByteReader } from './bytes.ts';
import { type AbortedTransaction, decodeBatches, type LogRecord } from './record-batch.ts';

/** Version 11: the newest that kafkajs can ask for; Kafka 2.3 and newer answer it. */
const FETCH_VERSION = 11;

/** Isolation: records of open or aborted transactions are there too, or not. */
export const READ_ALL = 0;
export const READ_COMMITTED = 1;

export interface FetchOptions {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** How long the broker may wait for the first byte, ms. */
  readonly waitMs: number;
  readonly maxBytes: number;
  readonly isolation: typeof READ_ALL | typeof READ_COMMITTED;
  /** When the answer counts as lost, ms. */
  readonly timeoutMs: number;
}

export interface Fetched {
  readonly records: readonly LogRecord[];
  readonly nextOffset: number;
  /** Where readers of this isolation must stop for now. */
  readonly end: number;
}

interface Answer {
  readonly clientSideThrottleTime: number;
  readonly errorCode: number;
  readonly end: number;
  readonly aborted: readonly AbortedTransaction[];
  readonly bytes: Buffer;
}

/**
 *     throttle i32 | error i16 | session i32 | topics [ name | partitions [ partition i32 | error i16 | high watermark i64 |
 *     last stable offset i64 | log start i64 | aborted [ producer id i64 | first offset i64 ] | replica i32 | records ] ]
 */
function decodeAnswer(bytes: Buffer, isolation: number): Answer {
  const reader = new ByteReader(bytes);
  const clientSideThrottleTime = reader.int32();
  const sessionError = reader.int16();
  reader.skip(4);
  const none = { clientSideThrottleTime, errorCode: sessionError, end: 0, aborted: [], bytes: Buffer.alloc(0) };
  if (sessionError !== 0 || reader.int32() < 1) return none;
  reader.string();
  if (reader.int32() < 1) return none;
  reader.skip(4);
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
    clientSideThrottleTime,
    errorCode,
    end: isolation === READ_COMMITTED ? lastStable : highWatermark,
    aborted,
    bytes: length > 0 ? reader.slice(Math.min(length, reader.left)) : Buffer.alloc(0),
  };
}

/** One fetch of one partition from its leader. Rejects with kafkajs' errors. */
export async function fetchRecords(broker: BrokerInternals, options: FetchOptions): Promise<Fetched> {
  const { topic, partition, offset, waitMs, maxBytes, isolation, timeoutMs } = options;
  const { request } = requests.Fetch.protocol({ version: FETCH_VERSION })({
    replicaId: -1,
    isolationLevel: isolation,
    maxWaitTime: waitMs,
    minBytes: 1,
    maxBytes,
    topics: [{ topic, partitions: [{ partition, fetchOffset: String(offset), maxBytes }] }],
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
  const { bytes, aborted, end } = await broker.connectionPool.send(call);
  // Compaction may leave nothing at all between here and the end; else a fetch brings at least one batch.
  const nothingThere = bytes.length === 0 && end > offset ? end : offset;
  const { records, nextOffset = nothingThere } = await decodeBatches(bytes, offset, aborted);
  return { records, nextOffset: Math.max(offset, nextOffset), end };
}
