import { once } from 'node:events';
import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises';
import { comparePositions, type EventSource, HaltwireError, type LogEntry, type Position } from '@haltwire/schemas';
import { type Backoff, persist } from './backoff.ts';
import type { ArchivedTopic } from './rows.ts';
import { MAX_INSERT_CHARS, type Store } from './store.ts';

/** Entries that are read before other work gets a turn. */
const TURN_ENTRIES = 256;

/** What one partition's archiver is made of. */
export interface PartitionParts {
  readonly source: EventSource;
  readonly store: Store;
  readonly topic: ArchivedTopic;
  readonly partition: number;
  readonly batchRows: number;
  readonly lingerMs: number;
  readonly backoff: Backoff;
  /** Called once, before the first insert; tried again when it rejects. */
  readonly onBegin: () => Promise<void>;
  /** Called after each batch with its last position. */
  readonly onInserted: (entries: readonly LogEntry[], upTo: Position) => void;
  readonly onFailure: (error: unknown) => void;
}

/** Where an archiver stands. Written by it, read by `lag`. */
export interface Progress {
  /** Last position known to be in ClickHouse. */
  archived: Position | undefined;
  /** Failures since the last success. */
  failures: number;
}

/** Reads one partition and inserts what it reads, in order, until the signal aborts. Never rejects. */
export async function archivePartition(parts: PartitionParts, progress: Progress, signal: AbortSignal): Promise<void> {
  const onFailure = (error: unknown): void => {
    progress.failures += 1;
    parts.onFailure(error);
  };
  const begin = async () => {
    await parts.onBegin();
    return { position: await parts.store.last() };
  };
  const last = await persist(begin, parts.backoff, signal, onFailure);
  if (last === undefined) return;
  progress.archived = last.position;
  await persist(() => follow(parts, progress, signal, onFailure), parts.backoff, signal, onFailure);
}

/** Follows the log from what is archived. Throws when the log fails or ends the iteration; resolves when aborted. */
async function follow(
  parts: PartitionParts,
  progress: Progress,
  signal: AbortSignal,
  onFailure: (error: unknown) => void,
): Promise<void> {
  // The last archived entry is asked for again and skipped: every driver can find it, whatever comes after it.
  const from = progress.archived;
  for await (const entries of gather(parts, from, signal)) {
    const fresh = entries.filter((entry) => isAfter(entry.position, progress.archived));
    const newest = fresh.at(-1);
    if (newest === undefined) continue;
    const insert = async (): Promise<true> => {
      await parts.store.insert(fresh);
      return true;
    };
    if ((await persist(insert, parts.backoff, signal, onFailure)) === undefined) return;
    progress.archived = newest.position;
    progress.failures = 0;
    parts.onInserted(fresh, newest.position);
  }
  if (!signal.aborted) throw new HaltwireError('HALTWIRE_UNAVAILABLE', 'the log ended its iteration');
}

function isAfter(position: Position, last: Position | undefined): boolean {
  return last === undefined || comparePositions(position, last) > 0;
}

/**
 * Reads ahead of the inserts, and answers larger batches than the log delivers: up to `batchRows` and about
 * `MAX_INSERT_CHARS`, or what came within `lingerMs`. Stops reading while a full batch waits.
 */
async function* gather(
  { source, topic, partition, batchRows, lingerMs }: PartitionParts,
  from: Position | undefined,
  signal: AbortSignal,
): AsyncGenerator<readonly LogEntry[]> {
  const buffer: LogEntry[] = [];
  let chars = 0;
  const isFull = (): boolean => buffer.length >= batchRows || chars >= MAX_INSERT_CHARS;
  const events = new EventTarget();
  const stop = new AbortController();
  const ended = AbortSignal.any([signal, stop.signal]);
  let failure: { readonly error: unknown } | undefined;
  let done = false;
  const changed = (): void => void events.dispatchEvent(new Event('change'));
  const change = (): Promise<unknown> => once(events, 'change');
  const reading = (async () => {
    try {
      for await (const entries of source.read(topic, partition, {
        from,
        maxBatch: Math.min(batchRows, TURN_ENTRIES),
        gatherMs: lingerMs,
        signal: ended,
      })) {
        buffer.push(...entries);
        chars += charsOf(entries);
        changed();
        await turn();
        while (isFull() && !ended.aborted) await change();
      }
    } catch (error) {
      failure = { error };
    }
    done = true;
    changed();
  })();
  const onAbort = (): void => changed();
  signal.addEventListener('abort', onAbort);
  try {
    while (!signal.aborted) {
      if (buffer.length === 0) {
        if (done) break;
        await change();
        continue;
      }
      if (lingerMs > 0 && !isFull() && !done) {
        await linger(lingerMs, change, () => isFull() || done || signal.aborted);
      }
      const batch = buffer.splice(0, batchRows);
      chars -= charsOf(batch);
      changed();
      yield batch;
    }
    if (failure !== undefined && !signal.aborted) throw failure.error;
  } finally {
    signal.removeEventListener('abort', onAbort);
    stop.abort();
    changed();
    await reading;
  }
}

function charsOf(entries: readonly LogEntry[]): number {
  return entries.reduce((sum, entry) => sum + entry.value.length, 0);
}

async function linger(lingerMs: number, change: () => Promise<unknown>, isFull: () => boolean): Promise<void> {
  const timer = new AbortController();
  let over = false;
  const elapsed = delay(lingerMs, undefined, { signal: timer.signal }).then(
    () => {
      over = true;
    },
    () => undefined,
  );
  while (!over && !isFull()) await Promise.race([elapsed, change()]);
  timer.abort();
}
