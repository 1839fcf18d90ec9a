import type { IgnoreReason, RejectReason } from './normalise/types.ts';

/** Counters of a collector. Every received record ends as accepted, rejected or ignored, each for one reason. */
export interface Metrics {
  recordsReceived(count: number): void;
  recordsAccepted(count: number): void;
  recordsRejected(reason: RejectReason, count: number): void;
  recordsIgnored(reason: IgnoreReason, count: number): void;
  /** Any other counter, by its full name. */
  add(name: string, count?: number): void;
  snapshot(): Record<string, number>;
}

/** Counters in memory, all of them sums since start. Names are listed in the package's README. */
export function createMetrics(): Metrics {
  const sums = new Map<string, number>();
  const add = (name: string, count = 1): void => {
    if (count !== 0) sums.set(name, (sums.get(name) ?? 0) + count);
  };
  return {
    recordsReceived: (count) => add('records.received', count),
    recordsAccepted: (count) => add('records.accepted', count),
    recordsRejected: (reason, count) => add(`records.rejected.${reason}`, count),
    recordsIgnored: (reason, count) => add(`records.ignored.${reason}`, count),
    add,
    snapshot: () => Object.fromEntries([...sums].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}
