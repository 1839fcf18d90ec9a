import type { MetricTable } from '@haltwire/schemas';
import type { IgnoreReason, RejectReason } from './normalise/types.ts';

/** Metrics of a collector, by name; the READMEs list them from this table. */
export const COLLECTOR_METRICS = {
  'requests.received': 'Requests on the two POST routes.',
  'requests.answered': { help: 'Answers, by HTTP status.', type: 'counter', labels: ['status'] },
  'bytes.received': 'Bytes of bodies after decompression.',
  'records.received': 'Log records and spans of readable requests.',
  'records.accepted': 'Records that are durable in agent.inputs.',
  'records.rejected': {
    help: 'Rejected records: unparsable, invalid-field, missing-field, or unavailable (the log was away).',
    type: 'counter',
    labels: ['reason'],
  },
  'records.ignored': {
    help: 'Records that are not for us: not-a-haltwire-event, not-a-tool-call.',
    type: 'counter',
    labels: ['reason'],
  },
  'dead_letters.written': 'Dead letters written to agent.inputs.dead.',
  'dead_letters.left_out': 'Dead letters past the limit, or that the log did not take.',
  'task_tokens.verified': 'Task tokens of session starts that are good.',
  'task_tokens.refused': 'Task tokens of session starts that are not.',
  'classifier.failed': 'Calls on which the classifier threw: filed as an unknown effect.',
  'requests.in_flight': { help: 'Requests that are worked on now.', type: 'gauge' },
  'bytes.held': { help: 'Decompressed bytes that are held now.', type: 'gauge' },
} as const satisfies MetricTable;

type Table = typeof COLLECTOR_METRICS;
/** Counters without labels. */
type CounterName = { [Name in keyof Table]: Table[Name] extends string ? Name : never }[keyof Table];

/** Counters of a collector. Every received record ends as accepted, rejected or ignored, each for one reason. */
export interface Metrics {
  recordsReceived(count: number): void;
  recordsAccepted(count: number): void;
  recordsRejected(reason: RejectReason, count: number): void;
  recordsIgnored(reason: IgnoreReason, count: number): void;
  requestAnswered(status: number): void;
  /** Any other counter. */
  add(name: CounterName, count?: number): void;
  snapshot(): Record<string, number>;
}

/** Counters in memory, all of them sums since start. */
export function createMetrics(): Metrics {
  const sums = new Map<string, number>();
  const count = (key: string, by: number): void => {
    if (by !== 0) sums.set(key, (sums.get(key) ?? 0) + by);
  };
  return {
    recordsReceived: (by) => count('records.received', by),
    recordsAccepted: (by) => count('records.accepted', by),
    recordsRejected: (reason, by) => count(`records.rejected.${reason}`, by),
    recordsIgnored: (reason, by) => count(`records.ignored.${reason}`, by),
    requestAnswered: (status) => count(`requests.answered.${status}`, 1),
    add: (name, by = 1) => count(name, by),
    snapshot: () => Object.fromEntries([...sums].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}
