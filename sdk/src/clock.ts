/** Where the sdk gets time and chance from, so that tests can decide both. */
export interface Runtime {
  /** Monotonic, in ms: leases and deadlines count on it. It never jumps with the wall clock. */
  now(): number;
  /** The wall clock in ms since epoch: only ever sent along as a claim. */
  wallTime(): number;
  /** 0 to 1, for jitter. */
  random(): number;
}

/** The process's own clocks. */
export const systemRuntime: Runtime = {
  now: () => performance.now(),
  wallTime: () => Date.now(),
  random: () => Math.random(),
};
