import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { HaltwireError } from '@haltwire/schemas';
import { zstdOpen } from '../client/zstd.ts';
import { WHOLE_HEADER } from '../records/pack.ts';
import { ByteReader, Truncated } from './bytes.ts';

const gzipOpen = promisify(gunzip);

const MAGIC = 2;
/** Attributes: compression in the low three bits, then these flags. */
const COMPRESSION = 0x7;
const LOG_APPEND_TIME = 0x8;
const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;
/** Offset and length stand before what the length counts. */
const LENGTH_END = 12;
const ABORT_MARKER = 0;

/** A record as it stands in the log. */
export interface LogRecord {
  readonly offset: number;
  /** The broker's append time where the topic keeps it (ours do), ms. */
  readonly time: number;
  readonly key: string | null;
  readonly value: string | null;
  /** One event, not lines of them. */
  readonly whole: boolean;
}

/** A transaction that was given up: its records, from this offset on, do not count. */
export interface AbortedTransaction {
  readonly producerId: string;
  readonly firstOffset: number;
}

export interface DecodedBatches {
  readonly records: readonly LogRecord[];
  /** Where to fetch next: after the last whole batch, also when compaction left nothing in it. */
  readonly nextOffset: number | undefined;
}

function openRecords(compression: number, bytes: Buffer): Buffer | Promise<Buffer> {
  if (compression === 0) return bytes;
  if (compression === 1) return gzipOpen(bytes);
  if (compression === 4) return zstdOpen(bytes);
  throw new HaltwireError(
    'HALTWIRE_STORAGE',
    `A record batch is compressed with codec ${compression} (2 = snappy, 3 = lz4), which is not read here. ` +
      'Set compression.type of the topic (ensureTopics does), so that brokers store what we read.',
  );
}

function isWhole(reader: ByteReader): boolean {
  let whole = false;
  for (let headers = reader.varint(); headers > 0; headers -= 1) {
    if (reader.text(reader.varint()) === WHOLE_HEADER) whole = true;
    const length = reader.varint();
    if (length > 0) reader.skip(length);
  }
  return whole;
}

function nullableText(reader: ByteReader): string | null {
  const length = reader.varint();
  return length < 0 ? null : reader.text(length);
}

/**
 * Decodes what a fetch brought: record batches of format 2, the last one possibly cut.
 *
 *     base offset i64 | length i32 | leader epoch i32 | magic i8 | crc u32 | attributes i16 | last offset delta i32 |
 *     first time i64 | max time i64 | producer id i64 | producer epoch i16 | first sequence i32 | count i32 | records
 *
 *     record: length varint | attributes i8 | time delta varlong | offset delta varint | key | value | headers
 *
 * kafkajs has a decoder too, but tells nothing of a batch without records, which compaction leaves behind: a reader
 * would ask for the same offset for ever.
 */
export async function decodeBatches(
  bytes: Buffer,
  fromOffset: number,
  aborted: readonly AbortedTransaction[],
): Promise<DecodedBatches> {
  const records: LogRecord[] = [];
  const open = new Set<string>();
  const coming = [...aborted].sort((a, b) => a.firstOffset - b.firstOffset);
  let nextOffset: number | undefined;
  const outer = new ByteReader(bytes);
  while (outer.left >= LENGTH_END) {
    const baseOffset = outer.int64();
    const length = outer.int32();
    if (length > outer.left) break;
    const batch = new ByteReader(bytes, outer.at, outer.at + length);
    outer.skip(length);
    batch.skip(4);
    const magic = batch.int8();
    if (magic !== MAGIC) {
      throw new HaltwireError('HALTWIRE_STORAGE', `A record batch has format ${magic}; only format ${MAGIC} is read.`);
    }
    batch.skip(4);
    const attributes = batch.int16();
    const lastOffset = baseOffset + batch.int32();
    const firstTime = batch.int64();
    const maxTime = batch.int64();
    const producerId = batch.int64Text();
    batch.skip(6);
    const count = batch.int32();
    nextOffset = lastOffset + 1;

    while (coming[0] !== undefined && coming[0].firstOffset <= lastOffset) open.add(coming.shift()?.producerId ?? '');
    if ((attributes & CONTROL) !== 0) {
      if (count > 0 && controlType(batch) === ABORT_MARKER) open.delete(producerId);
      continue;
    }
    if (lastOffset < fromOffset || ((attributes & TRANSACTIONAL) !== 0 && open.has(producerId))) continue;

    const reader = new ByteReader(await openRecords(attributes & COMPRESSION, batch.slice(batch.left)));
    for (let left = count; left > 0; left -= 1) {
      const end = reader.varint() + reader.at;
      reader.skip(1);
      const timeDelta = reader.varlong();
      const offset = baseOffset + reader.varint();
      if (offset >= fromOffset) {
        const key = nullableText(reader);
        const value = nullableText(reader);
        const time = (attributes & LOG_APPEND_TIME) !== 0 ? maxTime : firstTime + timeDelta;
        records.push({ offset, time, key, value, whole: isWhole(reader) });
      }
      if (end > reader.end) throw new Truncated('a record is longer than its batch');
      reader.at = end;
    }
  }
  return { records, nextOffset };
}

/** A control batch holds one record whose key is version i16, type i16. */
function controlType(batch: ByteReader): number {
  batch.varint();
  batch.skip(1);
  batch.varlong();
  batch.varint();
  batch.varint();
  batch.skip(2);
  return batch.int16();
}
