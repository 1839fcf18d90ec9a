import { EventEmitter, once } from 'node:events';
import {
  type AppendEntry,
  comparePositions,
  type EventSink,
  type EventSource,
  HaltwireError,
  type LogEntry,
  type Position,
  type ReadOptions,
  type Snapshot,
  type SnapshotEntry,
  type SnapshotStore,
  type TopicName,
} from '@haltwire/schemas';

/** The log's ports in memory, for tests of what stands on them. Survives any number of detectors, as a broker does. */
export class MemoryLog implements EventSink, EventSource, SnapshotStore {
  readonly topics = new Map<TopicName, LogEntry[]>();
  readonly #changes = new EventEmitter().setMaxListeners(0);
  readonly #snapshot = new Map<string, string>();
  #position: Position | undefined;
  /** Set to make appends to a topic fail, as a log that is away does. */
  unavailable: TopicName | undefined;
  saves = 0;

  async append(topic: TopicName, entries: readonly AppendEntry[]): Promise<readonly Position[]> {
    if (topic === this.unavailable) throw new HaltwireError('HALTWIRE_UNAVAILABLE', 'the log is away');
    const log = this.#topic(topic);
    const positions = entries.map(({ key, value }) => {
      const position = { partition: 0, offset: log.length, index: 0 };
      log.push({ position, logTime: Math.max(Date.now(), log.at(-1)?.logTime ?? 0), key, value });
      return position;
    });
    this.#changes.emit('append');
    return positions;
  }

  async partitions(): Promise<readonly number[]> {
    return [0];
  }

  async *read(topic: TopicName, _partition: number, options: ReadOptions): AsyncIterable<readonly LogEntry[]> {
    const log = this.#topic(topic);
    let next = options.from?.offset ?? 0;
    while (!options.signal.aborted) {
      const batch = log.slice(next, next + (options.maxBatch ?? 512));
      if (batch.length > 0) {
        next += batch.length;
        yield batch;
        continue;
      }
      await once(this.#changes, 'append', { signal: options.signal }).catch(() => {});
    }
  }

  async end(topic: TopicName): Promise<Position> {
    return { partition: 0, offset: this.#topic(topic).length, index: 0 };
  }

  async save(_partition: number, position: Position, entries: readonly SnapshotEntry[]): Promise<void> {
    if (this.#position !== undefined && comparePositions(position, this.#position) < 0)
      throw new Error('a snapshot went back');
    this.#position = position;
    this.saves += 1;
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

  #topic(topic: TopicName): LogEntry[] {
    const log = this.topics.get(topic) ?? [];
    this.topics.set(topic, log);
    return log;
  }
}
