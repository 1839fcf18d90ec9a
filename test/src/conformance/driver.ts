import type { EventSource, LogEntry, OwnerSink, Position, SnapshotStore, TopicName } from '@haltwire/schemas';

/** A log under test: the three ports over the same storage. */
export interface LogDriver {
  readonly sink: OwnerSink;
  readonly source: EventSource;
  readonly snapshots: SnapshotStore;
  /** Frees files and sockets. What was appended stays. */
  close(): Promise<void>;
}

/** Storage of one test. The suite calls `open` at the start and after each close, `destroy` once at the end. */
export interface LogDriverStorage {
  open(): Promise<LogDriver>;
  destroy(): Promise<void>;
}

/** Reads from a position until `enough` says so, then lets go of the reader. */
export async function readUntil(
  driver: LogDriver,
  topic: TopicName,
  enough: (entries: readonly LogEntry[]) => boolean,
  from?: Position,
  maxBatch?: number,
): Promise<LogEntry[]> {
  const stop = new AbortController();
  const entries: LogEntry[] = [];
  for await (const batch of driver.source.read(topic, 0, { from, maxBatch, signal: stop.signal })) {
    entries.push(...batch);
    if (enough(entries)) break;
  }
  stop.abort();
  return entries;
}

/** Reads `count` entries. */
export function readCount(
  driver: LogDriver,
  topic: TopicName,
  count: number,
  from?: Position,
  maxBatch?: number,
): Promise<LogEntry[]> {
  return readUntil(driver, topic, (entries) => entries.length >= count, from, maxBatch);
}

export function values(entries: readonly LogEntry[]): string[] {
  return entries.map((entry) => entry.value);
}

/** Everything that a snapshot holds, sorted by key. */
export async function snapshotEntries(driver: LogDriver): Promise<[string, string][]> {
  const { entries } = await driver.snapshots.load(0);
  const found: [string, string][] = [];
  for await (const { key, value } of entries) found.push([key, value]);
  return found.sort(([a], [b]) => (a < b ? -1 : 1));
}
