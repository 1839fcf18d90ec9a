import type { Dialer, Line } from '../client/connection.ts';
import { fetchRecords, READ_COMMITTED } from '../wire/fetch.ts';
import { askOffset } from '../wire/offsets.ts';
import type { LogRecord } from '../wire/record-batch.ts';

const WAIT_MS = 100;

export interface ReadAllOptions {
  readonly dialer: Dialer;
  readonly line: Line;
  readonly topic: string;
  readonly partition: number;
  /** Default: the partition's first offset. */
  readonly from?: number | undefined;
  readonly onRecord: (record: LogRecord) => void;
}

/** Reads what is committed, up to the end as it is now. Returns that end. Rejects with kafkajs' errors. */
export async function readAll({ dialer, line, topic, partition, from, onRecord }: ReadAllOptions): Promise<number> {
  const { fetchBytes, requestTimeoutMs } = dialer.config;
  const end = await askOffset(line, topic, partition, 'end', READ_COMMITTED);
  let offset = from ?? (await askOffset(line, topic, partition, 'first', READ_COMMITTED));
  while (offset < end) {
    const broker = await line.leaderOf(topic, partition);
    const { records, nextOffset } = await fetchRecords(broker, {
      topic,
      partition,
      offset,
      waitMs: WAIT_MS,
      maxBytes: fetchBytes,
      isolation: READ_COMMITTED,
      timeoutMs: WAIT_MS + requestTimeoutMs,
    });
    for (const record of records) onRecord(record);
    offset = nextOffset;
  }
  return end;
}
