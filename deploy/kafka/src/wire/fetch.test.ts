import { describe, expect, test } from 'vitest';
import type { BrokerInternals, ProtocolCall } from '../client/internals.ts';
import { fetchPartitions, READ_ALL } from './fetch.ts';

interface Part {
  readonly partition: number;
  readonly end: number;
  readonly error?: number;
  readonly bytes?: Buffer;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function int64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(value));
  return bytes;
}

/** An answer as brokers write it. What a real one does not do at will: a partition whose last records are gone. */
function answerOf(parts: readonly Part[]): Buffer {
  const topic = Buffer.from('\0\u0001t');
  return Buffer.concat([
    ...[int32(0), Buffer.alloc(2), int32(0), int32(1), topic, int32(parts.length)],
    ...parts.flatMap(({ partition, end, error = 0, bytes = Buffer.alloc(0) }) => [
      ...[int32(partition), Buffer.from([0, error]), int64(end), int64(end), int64(0), int32(0), int32(-1)],
      ...[int32(bytes.length), bytes],
    ]),
  ]);
}

/** A batch of one offset in which compaction left nothing. */
function emptyBatch(offset: number): Buffer {
  const rest = Buffer.alloc(49);
  rest[4] = 2;
  return Buffer.concat([int64(offset), int32(rest.length), rest]);
}

function fetchFrom(parts: readonly Part[], offsets: readonly (readonly [number, number])[]) {
  const send = async <Answer>({ response }: ProtocolCall<Answer>): Promise<Answer> =>
    response.parse(await response.decode(answerOf(parts)));
  const broker = { connectionPool: { send } } as unknown as BrokerInternals;
  const limits = { waitMs: 1, maxBytes: 1, isolation: READ_ALL, timeoutMs: 1 } as const;
  return fetchPartitions(broker, 't', new Map(offsets), limits);
}

describe('a fetch', () => {
  test('that brings nothing although the end is ahead goes on at the end: there is nothing between', async () => {
    expect(await fetchFrom([{ partition: 3, end: 50 }], [[3, 49]])).toEqual([
      { partition: 3, records: [], nextOffset: 50, end: 50 },
    ]);
  });

  test('that is full says nothing of partitions that got no room in it', async () => {
    const parts = [
      { partition: 0, end: 9, bytes: emptyBatch(4) },
      { partition: 1, end: 9 },
    ];
    expect(
      await fetchFrom(parts, [
        [0, 4],
        [1, 4],
      ]),
    ).toMatchObject([
      { partition: 0, nextOffset: 5 },
      { partition: 1, nextOffset: 4 },
    ]);
  });

  test('goes on behind a batch in which nothing is left, and keeps one partition’s error to itself', async () => {
    const parts = [
      { partition: 0, end: 9, bytes: emptyBatch(7) },
      { partition: 1, end: -1, error: 6 },
    ];
    const [good, bad] = await fetchFrom(parts, [
      [0, 4],
      [1, 4],
    ]);
    expect(good).toMatchObject({ records: [], nextOffset: 8 });
    expect(bad).toMatchObject({ partition: 1, error: { type: 'NOT_LEADER_FOR_PARTITION' } });
  });
});
