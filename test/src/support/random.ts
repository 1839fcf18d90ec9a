/** A small seeded generator (mulberry32), so that a failing run can be repeated from its printed seed. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The seed of this run: `HALTWIRE_SEED`, else a new one. */
export function runSeed(): number {
  return Number(process.env.HALTWIRE_SEED ?? Math.floor(Math.random() * 2 ** 31));
}
