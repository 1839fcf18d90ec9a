import type { TopicName } from '@haltwire/schemas';
import { type Dialer, type Line, openLine } from '../client/connection.ts';
import { asHaltwireError, kafkaErrorType, messageOf } from '../client/errors.ts';
import type { Logger } from '../client/logger.ts';
import type { KafkaMetrics } from '../metrics.ts';
import { topicNameOf } from '../topics/topic-name.ts';
import { type Fetched, fetchPartitions, type PartitionFetched, READ_ALL } from '../wire/fetch.ts';
import { askOffsets } from '../wire/offsets.ts';
import { backoffMs, outOfRange, Patience, pause } from './failures.ts';
import { watchProgress } from './watchdog.ts';

export interface TopicReaderOptions {
  readonly topic: TopicName;
  readonly from: 'start' | 'end';
  readonly dialer: Dialer;
  readonly metrics: KafkaMetrics;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** Where the partitions end, asked over a connection that is not the reader's. */
  readonly askEnds: (partitions: readonly number[]) => Promise<ReadonlyMap<number, number>>;
}

/** How one leader's fetch ended. `line`: what it went over. */
interface Outcome {
  readonly leader: string;
  readonly line: Line;
  readonly asked: ReadonlyMap<number, number>;
  /** Unset: it failed, or it is time to ask again. */
  readonly fetched?: readonly PartitionFetched[];
  readonly error?: unknown;
}

function sum(offsets: ReadonlyMap<number, number>): number {
  let total = 0;
  for (const offset of offsets.values()) total += offset;
  return total;
}

/**
 * Fetches all partitions of a topic, with one request under way per broker that leads some of them.
 *
 * An answer is kept until it is taken, and only then that broker is asked again: back-pressure per broker. A broker that
 * fails holds up nobody else's partitions.
 */
export class TopicReader {
  readonly #options: TopicReaderOptions;
  readonly #name: string;
  readonly #offsets = new Map<number, number>();
  readonly #pending = new Map<string, Promise<Outcome>>();
  readonly #failures = new Map<string, number>();
  /** Everything before these has been taken. */
  #taken: ReadonlyMap<number, number> = new Map();
  readonly #gauges = new Map<number, object>();
  readonly #patience = new Patience();
  #ends: ReadonlyMap<number, number> = new Map();
  #line: Line;
  #isWaiting = false;
  #deliveries = 0;
  #turn = 0;
  #giveUp = () => {};
  readonly #onAbort = () => this.#giveUp();
  #stopWatching = () => {};

  constructor(options: TopicReaderOptions) {
    this.#options = options;
    this.#name = topicNameOf(options.topic, options.dialer.config);
    this.#line = this.#openLine();
    options.signal.addEventListener('abort', this.#onAbort);
  }

  /** Finds out where to begin. Returns false when the signal has fired. */
  async start(): Promise<boolean> {
    const { signal, from, dialer, askEnds } = this.#options;
    for (let failures = 1; !signal.aborted; failures += 1) {
      const line = this.#line;
      try {
        await line.know(this.#name);
        const partitions = line.partitionsOf(this.#name);
        const first = await askOffsets(line, this.#name, partitions, 'first', READ_ALL);
        this.#ends = await askOffsets(line, this.#name, partitions, 'end', READ_ALL);
        for (const partition of partitions) {
          const offsets = from === 'start' ? first : this.#ends;
          this.#offsets.set(partition, offsets.get(partition) ?? 0);
        }
        this.#stopWatching = watchProgress(
          {
            deliveries: () => this.#deliveries,
            // All partitions as one: it is behind if one of them is.
            wanted: () => (this.#isWaiting ? sum(this.#offsets) : undefined),
            askEnd: async () => {
              const ends = await askEnds(partitions);
              this.#report(ends);
              return sum(ends);
            },
            onEnd: () => {},
            onStall: (wanted, end) => this.#onStall(wanted, end),
          },
          dialer.config.stallMs,
        );
        return true;
      } catch (error) {
        if (signal.aborted) break;
        this.#giveUpIfHopeless(error);
        if (failures === 1) this.#complain(this.#name, error);
        this.#replaceLine();
        await pause(backoffMs(failures), signal);
      }
    }
    return false;
  }

  /** Everything that was there at the start has been returned by `next`. */
  get isCaughtUp(): boolean {
    return [...this.#ends].every(([partition, end]) => (this.#offsets.get(partition) ?? 0) >= end);
  }

  /** The next records, partition by partition; none where only offsets went by. Undefined: the signal has fired. */
  async next(): Promise<ReadonlyMap<number, Fetched> | undefined> {
    const { signal, metrics } = this.#options;
    // Whoever asks for more has taken what there was.
    this.#taken = new Map(this.#offsets);
    while (!signal.aborted) {
      this.#askLeaders();
      const outcome = await this.#firstOutcome();
      if (outcome === undefined) continue;
      this.#pending.delete(outcome.leader);
      // Of a line that was given up.
      if (outcome.line !== this.#line) continue;
      if (outcome.error !== undefined) await this.#onFailure(outcome.leader, outcome.error);
      if (outcome.fetched === undefined) continue;
      metrics.add('fetches');
      const news = await this.#accept(outcome, outcome.fetched);
      if (news.size > 0) return news;
    }
    return undefined;
  }

  /** Undefined when the wait was ended from outside: by the signal or by the watchdog. */
  async #firstOutcome(): Promise<Outcome | undefined> {
    const ended = new Promise<undefined>((resolve) => {
      this.#giveUp = () => resolve(undefined);
    });
    this.#isWaiting = true;
    try {
      return await Promise.race([...this.#pending.values(), ended]);
    } finally {
      this.#isWaiting = false;
    }
  }

  close(): void {
    this.#stopWatching();
    this.#options.signal.removeEventListener('abort', this.#onAbort);
    for (const gauge of this.#gauges.values()) this.#options.metrics.setBehind(gauge, undefined);
    this.#line.drop();
  }

  #openLine(): Line {
    const { dialer } = this.#options;
    return openLine(dialer, { requestTimeout: dialer.config.requestTimeoutMs });
  }

  #replaceLine(): void {
    this.#line.drop();
    this.#line = this.#openLine();
    this.#pending.clear();
  }

  /** Gives every leader that has none a request for its partitions. */
  #askLeaders(): void {
    for (const [leader, partitions] of this.#leaders()) {
      if (this.#pending.has(leader)) continue;
      // Another partition first each time: a full answer has nothing of those at its end.
      const first = this.#turn % partitions.length;
      this.#turn += 1;
      const inTurn = [...partitions.slice(first), ...partitions.slice(0, first)];
      const asked = new Map(inTurn.map((partition) => [partition, this.#offsets.get(partition) ?? 0]));
      const line = this.#line;
      this.#pending.set(
        leader,
        this.#fetch(line, leader, asked).then(
          (fetched) => ({ leader, line, asked, fetched }),
          (error: unknown) => ({ leader, line, asked, error }),
        ),
      );
    }
  }

  /** As far as is known; nobody's name where nothing is. */
  #leaders(): ReadonlyMap<string, number[]> {
    const partitions = [...this.#offsets.keys()];
    try {
      return this.#line.leadersOf(this.#name, partitions);
    } catch {
      return new Map([['', partitions]]);
    }
  }

  async #fetch(line: Line, leader: string, asked: ReadonlyMap<number, number>): Promise<readonly PartitionFetched[]> {
    const { fetchWaitMs, fetchBytes, requestTimeoutMs } = this.#options.dialer.config;
    await line.know(this.#name);
    // Only now is it known who leads; the next round asks them.
    if (leader === '') return [];
    const broker = await line.cluster.findBroker({ nodeId: leader });
    return fetchPartitions(broker, this.#name, asked, {
      waitMs: fetchWaitMs,
      maxBytes: fetchBytes,
      isolation: READ_ALL,
      timeoutMs: fetchWaitMs + requestTimeoutMs,
    });
  }

  async #accept(
    { leader, asked }: Outcome,
    fetched: readonly PartitionFetched[],
  ): Promise<ReadonlyMap<number, Fetched>> {
    const news = new Map<number, Fetched>();
    let failure: Error | undefined;
    for (const one of fetched) {
      const { partition } = one;
      const wanted = this.#offsets.get(partition);
      if ('error' in one) {
        if (kafkaErrorType(one.error) === 'OFFSET_OUT_OF_RANGE') throw await this.#outOfRange(partition, one.error);
        failure = one.error;
        continue;
      }
      // A partition that has just moved may have been asked of two brokers.
      if (wanted === undefined || asked.get(partition) !== wanted || one.nextOffset === wanted) continue;
      this.#offsets.set(partition, one.nextOffset);
      news.set(partition, one);
      this.#report(new Map([[partition, one.end]]));
    }
    if (news.size > 0) this.#deliveries += 1;
    if (failure !== undefined) await this.#onFailure(leader, failure);
    else this.#recovered(leader);
    return news;
  }

  /** Only this leader's partitions wait; the others' requests go on. */
  async #onFailure(leader: string, error: unknown): Promise<void> {
    const { signal } = this.#options;
    this.#giveUpIfHopeless(error);
    const failures = (this.#failures.get(leader) ?? 0) + 1;
    this.#failures.set(leader, failures);
    if (failures === 1) this.#complain(`${this.#name} at broker ${leader}`, error);
    const line = this.#line;
    if (error instanceof Error && error.name === 'KafkaJSRequestTimeoutError') {
      // Half open, perhaps: kafkajs would go on using it.
      this.#replaceLine();
      return;
    }
    const again = async (): Promise<Outcome> => {
      await pause(backoffMs(failures), signal);
      const error = await line.cluster.refreshMetadata().then(
        () => undefined,
        (reason: unknown) => reason,
      );
      if (error !== undefined && line === this.#line) this.#replaceLine();
      return { leader, line, asked: new Map() };
    };
    this.#pending.set(leader, again());
  }

  #giveUpIfHopeless(error: unknown): void {
    if (this.#patience.isOver(error)) throw asHaltwireError(error, `reading ${this.#name}`);
  }

  #complain(place: string, error: unknown): void {
    const { metrics, logger } = this.#options;
    metrics.add('readerFailures');
    logger.warn(`${place} cannot be read, retrying: ${messageOf(error)}`);
  }

  #recovered(leader: string): void {
    this.#patience.renew();
    if (this.#failures.delete(leader)) this.#options.logger.info(`${this.#name} at broker ${leader} is read again`);
  }

  #report(ends: ReadonlyMap<number, number>): void {
    const { topic, metrics } = this.#options;
    for (const [partition, end] of ends) {
      const gauge = this.#gauges.get(partition) ?? {};
      this.#gauges.set(partition, gauge);
      metrics.setBehind(gauge, { topic, partition, records: Math.max(0, end - (this.#taken.get(partition) ?? 0)) });
    }
  }

  #onStall(wanted: number, end: number): void {
    const { metrics, logger } = this.#options;
    metrics.add('readerStalls');
    logger.warn(`the reader of ${this.#name} stalled ${end - wanted} records before the log’s end: it is restarted`);
    this.#replaceLine();
    this.#giveUp();
  }

  async #outOfRange(partition: number, cause: unknown) {
    const asked = await askOffsets(this.#line, this.#name, [partition], 'first', READ_ALL).catch(() => undefined);
    const place = `${this.#name}, partition ${partition}`;
    return outOfRange(place, this.#offsets.get(partition) ?? 0, asked?.get(partition), cause);
  }
}
