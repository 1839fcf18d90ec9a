import type { HaltwireError, Position, SnapshotEntry } from '@haltwire/schemas';
import type { KafkaMetrics } from '../metrics.ts';
import { type PackedRecord, packRecords } from '../records/pack.ts';

/** What one call of `append` wants in one partition. */
export interface Append {
  readonly entries: readonly SnapshotEntry[];
  readonly bytes: number;
  readonly queuedAt: number;
  resolve(positions: readonly Position[]): void;
  reject(error: HaltwireError): void;
}

/** Appends that travel together, in order. */
export interface Batch {
  readonly appends: readonly Append[];
  readonly records: readonly PackedRecord[];
  readonly bytes: number;
}

/** Takes as many of the waiting appends as one request should carry, at least one. `share`: see `packRecords`. */
export function takeBatch(waiting: Append[], batchBytes: number, share: boolean): Batch {
  let bytes = 0;
  let count = 0;
  for (const append of waiting) {
    if (count > 0 && bytes + append.bytes > batchBytes) break;
    bytes += append.bytes;
    count += 1;
  }
  const appends = waiting.splice(0, count);
  return {
    appends,
    records: packRecords(
      appends.flatMap(({ entries }) => entries),
      { share },
    ),
    bytes,
  };
}

/** Answers every append of the batch with the positions of its entries, given where its first record stands. */
export function acknowledge({ appends, records }: Batch, partition: number, baseOffset: number): void {
  const positions: Position[] = [];
  for (const [place, { count }] of records.entries()) {
    for (let index = 0; index < count; index += 1) positions.push({ partition, offset: baseOffset + place, index });
  }
  let start = 0;
  for (const { entries, resolve } of appends) {
    resolve(positions.slice(start, start + entries.length));
    start += entries.length;
  }
}

/** Counts a batch that was acknowledged. */
export function countBatch(metrics: KafkaMetrics, { appends, records }: Batch): void {
  metrics.add('requestsProduced');
  metrics.add('appends', appends.length);
  metrics.add('recordsProduced', records.length);
  metrics.add(
    'entriesAppended',
    records.reduce((sum, { count }) => sum + count, 0),
  );
}
