import { HaltwireError } from '../errors.ts';
import {
  type AppendEntry,
  comparePositions,
  type EventSink,
  type EventSource,
  type LogEntry,
  type Position,
  type ReadOptions,
  type Snapshot,
  type SnapshotEntry,
  type SnapshotStore,
} from '../log.ts';
import type { TopicName } from '../topics.ts';

/**
 * The log's ports in memory: one partition per topic. For tests of what stands on them; it passes the same conformance
 * suite as the real drivers. Not published.
 */
export class MemoryLog implements EventSink, EventSource, SnapshotStore {
  /** Set to make `append` and `read` fail, as a log that is away does. */
  failing = false;
  /** Log time of the next entry, ms since epoch, one second more for each; unset = the clock. */
  time: number | undefined;
  readonly #topics = new Map<TopicName, LogEntry[]>();
  readonly #snapshot = new Map<string, string>();
  #position: Position | undefined;
  #appended = Promise.withResolvers<void>();

  /** The entries of a topic, live: a test may cut them. */
  entries(topic: TopicName): LogEntry[] {
    const entries = this.#topics.get(topic) ?? [];
    this.#topics.set(topic, entries);
    return entries;
  }

  /** The values of a topic, parsed. */
  records(topic: TopicName): unknown[] {
    return this.entries(topic).map((entry) => JSON.parse(entry.value) as unknown);
  }

  async append(topic: TopicName, added: readonly AppendEntry[]): Promise<readonly Position[]> {
    if (this.failing) throw new HaltwireError('HALTWIRE_UNAVAILABLE', 'the log is down');
    const entries = this.entries(topic);
    const positions = added.map(({ key, value }) => {
      const position = { partition: 0, offset: entries.length, index: 0 };
      entries.push({ position, logTime: Math.max(this.time ?? Date.now(), entries.at(-1)?.logTime ?? 0), key, value });
      if (this.time !== undefined) this.time += 1000;
      return position;
    });
    this.#appended.resolve();
    this.#appended = Promise.withResolvers();
    return positions;
  }

  async partitions(): Promise<readonly number[]> {
    return [0];
  }

  async *read(topic: TopicName, _partition: number, options: ReadOptions): AsyncIterable<readonly LogEntry[]> {
    const aborted = new Promise<void>((resolve) => options.signal.addEventListener('abort', () => resolve()));
    let from = options.from;
    while (!options.signal.aborted) {
      if (this.failing) throw new HaltwireError('HALTWIRE_UNAVAILABLE', 'the log is down');
      const appended = this.#appended.promise;
      const entries = this.entries(topic);
      // Offsets count from 0, so the place of a position is its offset, or the one after it.
      const start = from === undefined ? 0 : from.offset + (from.index > 0 ? 1 : 0);
      const batch = entries.slice(start, start + (options.maxBatch ?? 512));
      const last = batch.at(-1);
      if (last === undefined) {
        await Promise.race([appended, aborted]);
        continue;
      }
      from = { ...last.position, index: last.position.index + 1 };
      yield batch;
    }
  }

  async end(topic: TopicName): Promise<Position> {
    return { partition: 0, offset: this.entries(topic).length, index: 0 };
  }

  async save(_partition: number, position: Position, entries: readonly SnapshotEntry[]): Promise<void> {
    if (this.#position !== undefined && comparePositions(position, this.#position) < 0) {
      throw new HaltwireError('HALTWIRE_STORAGE', 'a snapshot must not go back');
    }
    this.#position = position;
    for (const { key, value } of entries) {
      if (value === null) this.#snapshot.delete(key);
      else this.#snapshot.set(key, value);
    }
  }

  async load(): Promise<Snapshot> {
    const entries = [...this.#snapshot].map(([key, value]) => ({ key, value }));
    return {
      position: this.#position,
      entries: (async function* () {
        yield* entries;
      })(),
    };
  }
}
