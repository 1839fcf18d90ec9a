/**
 * Fingerprints that no longer fit into an agent's memory: a Bloom filter.
 *
 * It never forgets one that was put in, so that showing thousands of made-up secrets does not launder a real one. It may
 * take a strange one for known (1 in 400 after 4,000), which errs to the careful side.
 */
export interface Faded {
  /** Base64 of the bits. */
  bits: string;
  /** Log time of the newest sighting in it. */
  at: number;
}

const BYTES = 8192;
/** Fingerprints are HMACs: groups of their digits are as good as independent hashes. */
const HASHES = [4, 8, 12, 16] as const;

function placesOf(fingerprint: string): number[] {
  return HASHES.map((start) => Number.parseInt(fingerprint.slice(start, start + 4), 16) % (BYTES * 8));
}

/** Puts fingerprints in. */
export function fade(faded: Faded | undefined, fingerprint: string, at: number): Faded {
  const bits = Buffer.alloc(BYTES);
  if (faded !== undefined) bits.write(faded.bits, 'base64');
  for (const place of placesOf(fingerprint)) bits[place >> 3] = (bits[place >> 3] ?? 0) | (1 << (place & 7));
  return { bits: bits.toString('base64'), at: Math.max(at, faded?.at ?? 0) };
}

/** Whether a fingerprint is in it, or, seldom, seems to be. */
export function hasFaded(faded: Faded | undefined, fingerprint: string): boolean {
  if (faded === undefined) return false;
  const bits = Buffer.from(faded.bits, 'base64');
  return placesOf(fingerprint).every((place) => ((bits[place >> 3] ?? 0) & (1 << (place & 7))) !== 0);
}
