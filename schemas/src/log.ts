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
  /** Set where a compacted topic's key was removed; `value` is empty. */
  readonly removed?: true | undefined;
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
  append(topic: TopicName, entries: readonly AppendEntry[], options?: AppendOptions): Promise<readonly Position[]>;
}

/** Options of `EventSink.append`. */
export interface AppendOptions {
  /** Where to write all of the entries. Default: the partition of each entry's key. */
  readonly partition?: number | undefined;
}

/**
 * Where a partition's owner writes: as `EventSink`, and alone where a topic has a single writer.
 */
export interface OwnerSink extends EventSink {
  /**
   * Takes over the right to write one partition of a topic that has a single writer: decisions, session records.
   *
   * Called once by the partition's owner, before it restores. When it resolves, earlier holders can append no more:
   * their next append rejects with `HALTWIRE_FENCED`, and what they had appended is before the returned writer's `from`.
   */
  takeOver(topic: TopicName, partition: number): Promise<ExclusiveWriter>;
}

/**
 * The right to write one partition, held until somebody else takes it over.
 *
 * `append` is as `EventSink.append`; it also rejects with `HALTWIRE_FENCED` when the right is gone: the holder must stop.
 */
export interface ExclusiveWriter {
  /** Everything that earlier holders wrote is before this position. */
  readonly from: Position;
  append(entries: readonly SnapshotEntry[]): Promise<readonly Position[]>;
}

/** Options of `EventSource.read`. */
export interface ReadOptions {
  /** First position to deliver; default: the start of the partition. */
  readonly from?: Position | undefined;
  /** Ends the iteration when everything before this position has been delivered. Default: follows for ever. */
  readonly until?: Position | undefined;
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

/** A keyed write. `null` removes the key of a compacted topic; other topics refuse it with `HALTWIRE_BAD_REQUEST`. */
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

/** Hears of changes of an assignment: the whole of it each time. Must not throw; is not awaited. */
export type AssignmentListener = (partitions: readonly number[]) => void;

/**
 * Which partitions of a topic this process works on, of all processes that do the same job.
 *
 * Called by a role's shell. What is handed over is only a hint who should work: correctness rests on claims in the log.
 */
export interface PartitionAssignment {
  /** Takes part from now on. Resolves with the first assignment made; rejects when the log cannot be reached in time. */
  join(listener: AssignmentListener): Promise<void>;
  /** Says up to where a partition need not be read again. For operators' tools; a failure is not the caller's matter. */
  commit(partition: number, position: Position): void;
  /** Hands everything over to the others. */
  leave(): Promise<void>;
}

/** Orders positions of one partition: negative when `a` is before `b`. */
export function comparePositions(a: Position, b: Position): number {
  return a.offset - b.offset || a.index - b.index;
}
