import type { TopicName } from './topics.ts';

/** Where a record stands: `index` counts the events inside one log record (NDJSON under load). */
export interface Position {
  readonly partition: number;
  readonly offset: number;
  readonly index: number;
}

/** One event as read back from the log. */
export interface LogEntry {
  readonly position: Position;
  /** The log's own append time, ms since epoch, never decreasing within a partition. */
  readonly logTime: number;
  readonly key: string;
  /** UTF-8 JSON, exactly as appended. */
  readonly value: string;
}

/** One event to append. */
export interface AppendEntry {
  readonly key: string;
  readonly value: string;
}

/**
 * Where collectors and gateways write.
 *
 * Called once per request by the collector and once per command by the gateway. Resolves only when the entries are
 * durable; all entries of one call are appended in order and together, or none is. Rejects with
 * `HALTWIRE_UNAVAILABLE` when the log cannot take them: the caller must not acknowledge.
 */
export interface EventSink {
  append(topic: TopicName, entries: readonly AppendEntry[]): Promise<readonly Position[]>;
}

/** Options of `EventSource.read`. */
export interface ReadOptions {
  /** First position to deliver; default: the start of the partition. */
  readonly from?: Position | undefined;
  /** Most entries in one batch. Default 512. */
  readonly maxBatch?: number | undefined;
  /**
   * How long the log may gather entries before it answers a reader that waits for more, ms: a reader in no hurry should
   * not be woken by every append. Default 0.
   */
  readonly gatherMs?: number | undefined;
  /** Ends the iteration. */
  readonly signal: AbortSignal;
}

/**
 * Where the detector reads: ordered batches of one partition from a position.
 *
 * One reader per partition. `read` follows the log until its signal aborts; a batch is never empty; the next batch is
 * fetched only when the previous one has been taken (back-pressure). It may throw `HALTWIRE_UNAVAILABLE`.
 */
export interface EventSource {
  partitions(topic: TopicName): Promise<readonly number[]>;
  read(topic: TopicName, partition: number, options: ReadOptions): AsyncIterable<readonly LogEntry[]>;
  /** The position after the last appended entry, `index` 0. */
  end(topic: TopicName, partition: number): Promise<Position>;
}

/** A keyed write of a compacted topic. `null` removes the key. */
export interface SnapshotEntry {
  readonly key: string;
  readonly value: string | null;
}

/** What a restore starts from: the position up to which state is covered, and the newest value per key. */
export interface Snapshot {
  readonly position: Position | undefined;
  readonly entries: AsyncIterable<{ readonly key: string; readonly value: string }>;
}

/**
 * Where the detector keeps engine state between runs.
 *
 * `save` is called by the partition's owner every few thousand records and at shutdown; it is atomic: after a crash,
 * either all entries and the position are there, or none. `load` is called once, before processing.
 */
export interface SnapshotStore {
  save(partition: number, position: Position, entries: readonly SnapshotEntry[]): Promise<void>;
  load(partition: number): Promise<Snapshot>;
}

/** Orders positions of one partition: negative when `a` is before `b`. */
export function comparePositions(a: Position, b: Position): number {
  return a.offset - b.offset || a.index - b.index;
}
