import type { SnapshotEntry } from '@haltwire/schemas';

/** Header of a record that is one event as it stands, whatever lines it has. */
export const WHOLE_HEADER = 'haltwire-whole';

/** A record is not grown beyond this, so that one event never has to wait for megabytes of others. */
const PACK_BYTES = 256 * 1024;

/** One Kafka record: one or more events of one key. */
export interface PackedRecord {
  readonly key: string;
  /** `null`: the key is removed. */
  readonly value: string | null;
  readonly count: number;
  /** UTF-8 bytes of key and value. */
  readonly bytes: number;
  readonly whole: boolean;
}

/** Key of records that say nothing: a new writer's first, which makes the broker refuse the one before. */
export const FENCE_KEY = 'haltwire/fence';

/** An empty value holds no events. It has a key because compacted topics take no record without one. */
export const FENCE: PackedRecord = { key: FENCE_KEY, value: '', count: 0, bytes: FENCE_KEY.length, whole: false };

/** Empty ones and those with line breaks cannot be a line of NDJSON and be read back exactly. */
function fitsOnLine(value: string): boolean {
  return value !== '' && !value.includes('\n');
}

/** A record that is being filled. */
interface Open {
  readonly key: string;
  readonly lines: string[];
  bytes: number;
}

/**
 * Puts events into records, in order: neighbours with the same key share a record, one per line (NDJSON).
 *
 * kafkajs pays 12-14 us for a record whatever is in it, so sharing is what makes it fast under load.
 * In compacted topics each has a record of its own: there a key has one value.
 */
export function packRecords(
  entries: readonly SnapshotEntry[],
  { share = true }: { readonly share?: boolean } = {},
): PackedRecord[] {
  const records: PackedRecord[] = [];
  let open: Open | undefined;
  const close = () => {
    if (open === undefined) return;
    const { key, lines, bytes } = open;
    records.push({ key, value: lines.join('\n'), count: lines.length, bytes, whole: false });
    open = undefined;
  };
  for (const { key, value } of entries) {
    const bytes = value === null ? 0 : Buffer.byteLength(value);
    if (value === null || !fitsOnLine(value)) {
      close();
      records.push({ key, value, count: 1, bytes: Buffer.byteLength(key) + bytes, whole: value !== null });
      continue;
    }
    if (!share) close();
    if (open !== undefined && (open.key !== key || open.bytes + bytes >= PACK_BYTES)) close();
    if (open === undefined) {
      open = { key, lines: [value], bytes: Buffer.byteLength(key) + bytes };
    } else {
      open.lines.push(value);
      open.bytes += bytes + 1;
    }
  }
  close();
  return records;
}

/**
 * The events of one record's value. Empty lines are none, so a foreign writer may end its last line with a line break.
 *
 * A record marked as whole is one event. Compacted topics have one value per record.
 */
export function unpackValue(value: string, whole: boolean): readonly string[] {
  if (whole || !value.includes('\n')) return value === '' && !whole ? [] : [value];
  return value.split('\n').filter((line) => line !== '');
}
