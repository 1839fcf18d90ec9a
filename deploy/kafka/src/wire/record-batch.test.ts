import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import '../client/zstd.ts';
import { decodeBatches } from './record-batch.ts';

/** kafkajs' encoder of record batches: written by others, in use with real brokers for years. */
const require = createRequire(import.meta.url);
const { RecordBatch } = require('kafkajs/src/protocol/recordBatch/v0') as {
  RecordBatch(batch: Record<string, unknown>): Promise<{ readonly buffer: Buffer }>;
};
const encodeRecord = require('kafkajs/src/protocol/recordBatch/record/v0') as (
  record: Record<string, unknown>,
) => unknown;

interface TestRecord {
  readonly key: string | null;
  readonly value: string | null;
  readonly time: number;
}

interface BatchOptions {
  readonly base?: number;
  readonly producerId?: number;
  readonly transactional?: boolean;
  readonly compression?: number;
  readonly whole?: boolean;
}

const START = 1_700_000_000_000;

async function encode(records: readonly TestRecord[], options: BatchOptions = {}): Promise<Buffer> {
  const { base = 0, producerId = -1, transactional = false, compression = 0, whole = false } = options;
  const times = records.map(({ time }) => time);
  const { buffer } = await RecordBatch({
    compression,
    firstTimestamp: START,
    maxTimestamp: START + Math.max(0, ...times),
    producerId,
    producerEpoch: 0,
    firstSequence: 0,
    transactional,
    lastOffsetDelta: records.length - 1,
    records: records.map(({ key, value, time }, offsetDelta) =>
      encodeRecord({ key, value, offsetDelta, timestampDelta: time, headers: whole ? { 'haltwire-whole': '1' } : {} }),
    ),
  });
  const bytes = Buffer.from(buffer);
  // The producer writes 0; the broker puts the offset in.
  bytes.writeBigInt64BE(BigInt(base), 0);
  return bytes;
}

const ATTRIBUTES_AT = 21;
const MAX_TIME_AT = 35;
const COUNT_AT = 57;
const HEADER_BYTES = 61;

/** What compaction leaves of a batch whose records are all superseded: the header. */
async function emptied(records: readonly TestRecord[], options: BatchOptions): Promise<Buffer> {
  const bytes = (await encode(records, options)).subarray(0, HEADER_BYTES);
  bytes.writeInt32BE(HEADER_BYTES - 12, 8);
  bytes.writeInt32BE(0, COUNT_AT);
  return bytes;
}

/** The marker that ends a transaction. */
async function marker(kind: 'abort' | 'commit', base: number, producerId: number): Promise<Buffer> {
  const key = String.fromCharCode(0, 0, 0, kind === 'abort' ? 0 : 1);
  const bytes = await encode([{ key, value: null, time: 0 }], { base, producerId, transactional: true });
  bytes.writeInt16BE(0x30, ATTRIBUTES_AT);
  return bytes;
}

const record = (value: string): TestRecord => ({ key: 'k', value, time: 0 });

describe('record batches', () => {
  const records = fc.array(
    fc.record({
      key: fc.option(fc.string({ unit: 'grapheme' })),
      value: fc.option(fc.string({ unit: 'grapheme', maxLength: 300 })),
      time: fc.integer({ min: 0, max: 2 ** 40 }),
    }),
    { minLength: 1, maxLength: 20 },
  );

  test('are read as another implementation wrote them, from any offset, compressed or not', async () => {
    await fc.assert(
      fc.asyncProperty(
        records,
        fc.integer({ min: 0, max: 2 ** 45 }),
        fc.nat(25),
        fc.constantFrom(0, 1, 4),
        async (written, base, from, compression) => {
          const bytes = await encode(written, { base, compression });
          const { records: read, nextOffset } = await decodeBatches(bytes, base + from, []);
          expect(read).toEqual(
            written.slice(from).map(({ key, value, time }, n) => ({
              offset: base + from + n,
              time: START + time,
              key,
              value,
              whole: false,
            })),
          );
          expect(nextOffset).toBe(base + written.length);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('that are cut off at any byte give the whole ones before and never an error', async () => {
    const first = await encode([record('one'), record('two')]);
    const bytes = Buffer.concat([first, await encode([record('three')], { base: 2 })]);
    for (let length = 0; length < bytes.length; length += 1) {
      const { records: read, nextOffset } = await decodeBatches(bytes.subarray(0, length), 0, []);
      expect(read.map(({ value }) => value)).toEqual(length >= first.length ? ['one', 'two'] : []);
      expect(nextOffset).toBe(length >= first.length ? 2 : undefined);
    }
  });

  test('that compaction has emptied move the reader on all the same', async () => {
    const bytes = await emptied([record('a'), record('b'), record('c')], { base: 5 });
    expect(await decodeBatches(bytes, 5, [])).toEqual({ records: [], nextOffset: 8 });
  });

  test('of aborted transactions are left out, up to their marker and not beyond', async () => {
    const tx = { producerId: 7, transactional: true };
    const bytes = Buffer.concat([
      await encode([record('aborted')], { ...tx, base: 0 }),
      await encode([record('other')], { base: 1 }),
      await marker('abort', 2, 7),
      await encode([record('committed')], { ...tx, base: 3 }),
      await marker('commit', 4, 7),
    ]);
    const { records: read, nextOffset } = await decodeBatches(bytes, 0, [{ producerId: '7', firstOffset: 0 }]);
    expect(read.map(({ value }) => value)).toEqual(['other', 'committed']);
    expect(nextOffset).toBe(5);
  });

  test('with the append time of the log have it for every record', async () => {
    const bytes = await encode([record('a'), { ...record('b'), time: 50 }]);
    bytes.writeInt16BE(0x8, ATTRIBUTES_AT);
    bytes.writeBigInt64BE(BigInt(START + 999), MAX_TIME_AT);
    expect((await decodeBatches(bytes, 0, [])).records.map(({ time }) => time)).toEqual([START + 999, START + 999]);
  });

  test('marked as whole are one event', async () => {
    const { records: read } = await decodeBatches(await encode([record('a\nb')], { whole: true }), 0, []);
    expect(read).toMatchObject([{ value: 'a\nb', whole: true }]);
  });

  test('in a codec that is not read say so, with the cure', async () => {
    const bytes = await encode([record('a')]);
    bytes.writeInt16BE(2, ATTRIBUTES_AT);
    await expect(decodeBatches(bytes, 0, [])).rejects.toMatchObject({
      code: 'HALTWIRE_STORAGE',
      message: expect.stringMatching(/codec 2.*compression\.type/),
    });
  });

  test('whose bytes are nonsense are an error or nothing, never a hang', async () => {
    const real = await encode([record('one'), record('two')], { compression: 0 });
    await fc.assert(
      fc.asyncProperty(fc.nat(real.length - 1), fc.nat(255), async (at, byte) => {
        const bytes = Buffer.from(real);
        bytes[at] = byte;
        await decodeBatches(bytes, 0, []).then(
          ({ records: read }) => expect(Array.isArray(read)).toBe(true),
          (error: unknown) => expect(error).toBeInstanceOf(Error),
        );
      }),
    );
  });
});
