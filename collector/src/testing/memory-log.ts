import { once } from 'node:events';
import {
  type AppendEntry,
  comparePositions,
  type EventSink,
  type EventSource,
  HaltwireError,
  type LogEntry,
  type Position,
  type ReadOptions,
  type TopicName,
} from '@haltwire/schemas';

/** A log in memory for unit tests: one partition per topic, time in steps. The real drivers have their own suites. */
export class MemoryLog implements EventSink, EventSource {
  /** Set to make `append` and `read` fail. */
  failing = false;
  /** Log time of the next entry, ms since epoch. */
  time = Date.UTC(2026, 0, 1);
  readonly #topics = new Map<TopicName, LogEntry[]>();
  readonly #events = new EventTarget();

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
      entries.push({ position, logTime: this.time, key, value });
      this.time += 1000;
      return position;
    });
    this.#events.dispatchEvent(new Event('append'));
    return positions;
  }

  async partitions(): Promise<readonly number[]> {
    return [0];
  }

  async *read(topic: TopicName, _partition: number, options: ReadOptions): AsyncIterable<readonly LogEntry[]> {
    let from = options.from;
    while (!options.signal.aborted) {
      if (this.failing) throw new HaltwireError('HALTWIRE_UNAVAILABLE', 'the log is down');
      const start = from;
      const next = this.entries(topic)
        .filter((entry) => start === undefined || comparePositions(entry.position, start) >= 0)
        .slice(0, options.maxBatch ?? 512);
      const last = next.at(-1);
      if (last === undefined) {
        await once(this.#events, 'append', { signal: options.signal }).catch(() => undefined);
        continue;
      }
      from = { ...last.position, index: last.position.index + 1 };
      yield next;
    }
  }

  async end(topic: TopicName): Promise<Position> {
    return { partition: 0, offset: this.entries(topic).length, index: 0 };
  }
}
