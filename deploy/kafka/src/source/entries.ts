import type { LogEntry } from '@haltwire/schemas';
import { unpackValue } from '../records/pack.ts';
import type { LogRecord } from '../wire/record-batch.ts';

export interface EntryContext {
  readonly partition: number;
  readonly logTime: number;
  /** The topic is compacted: a record without a value removes its key. Elsewhere it says nothing. */
  readonly removes: boolean;
}

/** The events of one record, with their positions. */
export function entriesOf(
  { offset, key, value, whole }: LogRecord,
  { partition, logTime, removes }: EntryContext,
): LogEntry[] {
  const at = (index: number) => ({ position: { partition, offset, index }, logTime, key: key ?? '' });
  if (value === null) return removes ? [{ ...at(0), value: '', removed: true }] : [];
  return unpackValue(value, whole).map((text, index) => ({ ...at(index), value: text }));
}
