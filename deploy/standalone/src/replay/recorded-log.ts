import type { Decision, LogEntry } from '@haltwire/schemas';

/** Where recorded inputs come from. Can be read as often as needed. */
export interface RecordedLog {
  /** For messages: a folder, a file, a topic, a table. */
  readonly name: string;
  /** What there is to read, in `unit`; undefined = unknown. */
  readonly total: number | undefined;
  readonly unit: 'records' | 'bytes';
  /** All inputs, each partition in log order. `onRead` hears how much of `total` has been read. */
  batches(onRead?: (done: number) => void): AsyncIterable<readonly LogEntry[]>;
  /** Decisions that the log holds of a partition, in order of their inputs; undefined where it holds none. */
  decisions(partition: number): AsyncIterable<readonly Decision[]> | undefined;
  close(): Promise<void>;
}

/** What is read, where the source can tell beforehand. */
export interface ReadRange {
  /** Log time after which nothing is read, ms. */
  readonly to?: number | undefined;
  /** Only this agent's records, and those that are about no agent. */
  readonly agentId?: string | undefined;
  readonly tenantId?: string | undefined;
}
