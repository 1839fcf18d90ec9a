import { HaltwireError } from '../errors.ts';
import {
  type AppendEntry,
  type AppendOptions,
  comparePositions,
  type EventSource,
  type ExclusiveWriter,
  type LogEntry,
  type OwnerSink,
  type Position,
  type ReadOptions,
  type Snapshot,
  type SnapshotEntry,
  type SnapshotStore,
} from '../log.ts';
import type { TopicName } from '../topics.ts';

interface SavedState {
  position: Position | undefined;
  readonly entries: Map<string, string>;
}

/**
 * The log's ports in memory. For tests of what stands on them; it passes the same conformance suite as the real drivers.
 * Not published.
 */
export class MemoryLog implements OwnerSink, EventSource, SnapshotStore {
  /** Set to make everything but snapshots fail, as a log that is away does. */
  failing = false;
  /** Log time of the next entry, ms since epoch, one second more for each; unset = the clock. */
  time: number | undefined;
  readonly #partitions: number;
  readonly #logs = new Map<string, LogEntry[]>();
  readonly #writers = new Map<string, symbol>();
  readonly #saved = new Map<number, SavedState>();
  #appended = Promise.withResolvers<void>();

  /** @param partitions Partitions of every topic; default 1. */
  constructor(partitions = 1) {
    this.#partitions = partitions;
  }

  /** The entries of a topic's partition, live: a test may cut them. */
  entries(topic: TopicName, partition = 0): LogEntry[] {
    const name = `${topic}/${partition}`;
    const entries = this.#logs.get(name) ?? [];
    this.#logs.set(name, entries);
    return entries;
  }

  /** The values of a topic's partition, parsed. */
  records(topic: TopicName, partition = 0): unknown[] {
    return this.entries(topic, partition).map((entry) => JSON.parse(entry.value) as unknown);
  }

  /** Where the entries of a key go. */
  partitionOf(key: string): number {
    let hash = 0;
    for (const character of key) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) >>> 0;
    return hash % this.#partitions;
  }

  async append(
    topic: TopicName,
    added: readonly AppendEntry[],
    { partition }: AppendOptions = {},
  ): Promise<readonly Position[]> {
    return this.#write(added.map((entry) => ({ topic, partition: partition ?? this.partitionOf(entry.key), entry })));
  }

  async takeOver(topic: TopicName, partition: number): Promise<ExclusiveWriter> {
    const name = `${topic}/${partition}`;
    const right = Symbol(name);
    this.#writers.set(name, right);
    return {
      from: await this.end(topic, partition),
      append: async (entries) => {
        if (this.#writers.get(name) !== right) {
          throw new HaltwireError('HALTWIRE_FENCED', `somebody else has taken over ${name}`);
        }
        return this.#write(entries.map((entry) => ({ topic, partition, entry })));
      },
    };
  }

  async partitions(): Promise<readonly number[]> {
    this.#throwIfAway();
    return Array.from({ length: this.#partitions }, (_, partition) => partition);
  }

  async *read(topic: TopicName, partition: number, options: ReadOptions): AsyncIterable<readonly LogEntry[]> {
    const { signal, until, maxBatch = 512 } = options;
    const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    let from = options.from;
    while (!signal.aborted) {
      this.#throwIfAway();
      const appended = this.#appended.promise;
      // Offsets count from 0, so the place of a position is its offset, or the one after it.
      const start = from === undefined ? 0 : from.offset + (from.index > 0 ? 1 : 0);
      if (until !== undefined && start >= until.offset) return;
      const batch = this.entries(topic, partition).slice(start, Math.min(start + maxBatch, until?.offset ?? Infinity));
      const last = batch.at(-1);
      if (last === undefined) {
        await Promise.race([appended, aborted]);
        continue;
      }
      from = { ...last.position, index: last.position.index + 1 };
      yield batch;
    }
  }

  async end(topic: TopicName, partition: number): Promise<Position> {
    this.#throwIfAway();
    return { partition, offset: this.entries(topic, partition).length, index: 0 };
  }

  async save(partition: number, position: Position, entries: readonly SnapshotEntry[]): Promise<void> {
    const saved = this.#stateOf(partition);
    if (saved.position !== undefined && comparePositions(position, saved.position) < 0) {
      throw new HaltwireError('HALTWIRE_STORAGE', 'a snapshot must not go back');
    }
    saved.position = position;
    for (const { key, value } of entries) {
      if (value === null) saved.entries.delete(key);
      else saved.entries.set(key, value);
    }
  }

  async load(partition: number): Promise<Snapshot> {
    const { position, entries } = this.#stateOf(partition);
    const copy = [...entries].map(([key, value]) => ({ key, value }));
    return {
      position,
      entries: (async function* () {
        yield* copy;
      })(),
    };
  }

  #throwIfAway(): void {
    if (this.failing) throw new HaltwireError('HALTWIRE_UNAVAILABLE', 'the log is down');
  }

  #stateOf(partition: number): SavedState {
    const saved = this.#saved.get(partition) ?? { position: undefined, entries: new Map() };
    this.#saved.set(partition, saved);
    return saved;
  }

  #write(
    added: readonly { readonly topic: TopicName; readonly partition: number; readonly entry: SnapshotEntry }[],
  ): Position[] {
    this.#throwIfAway();
    const positions = added.map(({ topic, partition, entry: { key, value } }) => {
      const entries = this.entries(topic, partition);
      const position = { partition, offset: entries.length, index: 0 };
      const logTime = Math.max(this.time ?? Date.now(), entries.at(-1)?.logTime ?? 0);
      entries.push({ position, logTime, key, ...(value === null ? { value: '', removed: true } : { value }) });
      if (this.time !== undefined) this.time += 1000;
      return position;
    });
    this.#appended.resolve();
    this.#appended = Promise.withResolvers();
    return positions;
  }
}
