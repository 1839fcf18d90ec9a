/** Which partitions are worked on now. */
export interface PartitionSet {
  /** Begins with those that are new and stops those that are gone. Never throws. */
  set(partitions: readonly number[]): void;
  partitions(): readonly number[];
  /** Stops all, for good, and resolves when they have ended. */
  close(): Promise<void>;
}

/**
 * Runs `work` for each partition of the set. One that is taken away and given back begins anew after its earlier work
 * has ended, so no partition is ever worked on twice at a time.
 *
 * @param work Must end soon after its signal aborts, and must not reject.
 */
export function createPartitionSet(work: (partition: number, signal: AbortSignal) => Promise<void>): PartitionSet {
  const running = new Map<number, AbortController>();
  const ending = new Map<number, Promise<void>>();
  let closed = false;

  const begin = (partition: number): void => {
    const stop = new AbortController();
    running.set(partition, stop);
    const before = ending.get(partition) ?? Promise.resolve();
    ending.set(
      partition,
      before.then(() => (stop.signal.aborted ? undefined : work(partition, stop.signal))),
    );
  };
  const end = (partition: number): void => {
    running.get(partition)?.abort();
    running.delete(partition);
  };

  return {
    set(partitions) {
      if (closed) return;
      const wanted = new Set(partitions);
      for (const partition of [...running.keys()]) if (!wanted.has(partition)) end(partition);
      for (const partition of wanted) if (!running.has(partition)) begin(partition);
    },
    partitions: () => [...running.keys()].sort((a, b) => a - b),
    async close() {
      closed = true;
      for (const partition of [...running.keys()]) end(partition);
      await Promise.all(ending.values());
    },
  };
}
