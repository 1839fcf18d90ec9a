/** A stored entry: when the log took it, its key, its value. */
export interface StoredEntry {
  readonly logTime: number;
  readonly key: string;
  readonly value: string;
}

/** Longest key in UTF-8 bytes: its length is stored in 16 bits. */
export const MAX_KEY_BYTES = 0xffff;

const HEADER = 10;

/**
 * Writes one entry: float64 log time, uint16 key length (both big-endian), key, value (UTF-8).
 *
 * The caller has checked the key against `MAX_KEY_BYTES`.
 */
export function encodeEntry(entry: StoredEntry): Buffer {
  const keyBytes = Buffer.byteLength(entry.key);
  const bytes = Buffer.allocUnsafe(HEADER + keyBytes + Buffer.byteLength(entry.value));
  bytes.writeDoubleBE(entry.logTime, 0);
  bytes.writeUInt16BE(keyBytes, 8);
  bytes.write(entry.key, HEADER);
  bytes.write(entry.value, HEADER + keyBytes);
  return bytes;
}

/** Reads back what `encodeEntry` wrote. */
export function decodeEntry(bytes: Buffer): StoredEntry {
  const keyEnd = HEADER + bytes.readUInt16BE(8);
  return {
    logTime: bytes.readDoubleBE(0),
    key: bytes.toString('utf8', HEADER, keyEnd),
    value: bytes.toString('utf8', keyEnd),
  };
}
