const SEED = 0x9747b28c | 0;
const M = 0x5bd1e995 | 0;

function mix(k: number): number {
  const multiplied = Math.imul(k, M);
  return Math.imul(multiplied ^ (multiplied >>> 24), M);
}

/**
 * MurmurHash2 with Kafka's seed, 32 bits, signed: what Kafka's Java client and librdkafka's `murmur2` partitioner use.
 *
 * Checked against both in murmur2.test.ts and foreign-clients.test.ts.
 */
export function murmur2(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { length } = bytes;
  let hash = SEED ^ length;
  let at = 0;
  for (; length - at >= 4; at += 4) hash = Math.imul(hash, M) ^ mix(view.getInt32(at, true));
  const rest = length - at;
  if (rest >= 3) hash ^= view.getUint8(at + 2) << 16;
  if (rest >= 2) hash ^= view.getUint8(at + 1) << 8;
  if (rest >= 1) hash = Math.imul(hash ^ view.getUint8(at), M);
  hash = Math.imul(hash ^ (hash >>> 13), M);
  return hash ^ (hash >>> 15);
}

/**
 * The partition of a key: `(murmur2(utf8(key)) & 0x7fffffff) % partitions`.
 *
 * Every client that partitions as Kafka's own does agrees with it, so that a foreign tool can say where an agent's
 * records are.
 *
 * @example
 * partitionOf('default/deploy-bot', 12);
 */
export function partitionOf(key: string, partitions: number): number {
  return (murmur2(Buffer.from(key)) & 0x7fffffff) % partitions;
}
