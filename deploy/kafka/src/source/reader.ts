import type { HaltwireError, Position, TopicName } from '@haltwire/schemas';
import { type Dialer, type Line, openLine } from '../client/connection.ts';
import { asHaltwireError, kafkaErrorType, messageOf } from '../client/errors.ts';
import type { Logger } from '../client/logger.ts';
import type { KafkaMetrics } from '../metrics.ts';
import { topicNameOf } from '../topics/topic-name.ts';
import { type Fetched, fetchRecords, READ_ALL } from '../wire/fetch.ts';
import { askOffset } from '../wire/offsets.ts';
import { backoffMs, outOfRange, Patience, pause } from './failures.ts';
import { watchProgress } from './watchdog.ts';

export interface ReaderOptions {
  readonly topic: TopicName;
  readonly partition: number;
  readonly from: Position | undefined;
  /** Ends before this position. Default: never. */
  readonly until?: Position | undefined;
  readonly dialer: Dialer;
  readonly metrics: KafkaMetrics;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** The partition's end, asked over a connection that is not the reader's. */
  readonly askEnd: () => Promise<number>;
}

/**
 * Fetches one partition from one offset on, over connections of its own: a fetch that waits for data holds up everything
 * else on its socket.
 *
 * It rides out lost connections, new leaders and stalls; it throws only when trying again is no use.
 */
export class PartitionReader {
  readonly #options: ReaderOptions;
  readonly #name: string;
  #line: Line;
  #offset: number | undefined;
  /** The first offset of which nothing is wanted. */
  readonly #untilOffset: number;
  #waiting = false;
  #deliveries = 0;
  /** Everything before it has been taken. */
  #taken: number | undefined;
  #failures = 0;
  readonly #patience = new Patience();
  #giveUp: (() => void) | undefined;
  readonly #stopWatching: () => void;

  constructor(options: ReaderOptions) {
    this.#options = options;
    this.#name = topicNameOf(options.topic, options.dialer.config);
    this.#offset = options.from?.offset;
    const { until } = options;
    this.#untilOffset = until === undefined ? Number.POSITIVE_INFINITY : until.offset + (until.index > 0 ? 1 : 0);
    this.#line = this.#openLine();
    this.#stopWatching = watchProgress(
      {
        deliveries: () => this.#deliveries,
        wanted: () => (this.#waiting ? this.#offset : undefined),
        askEnd: options.askEnd,
        onEnd: (end) => this.#report(end),
        onStall: (wanted, end) => this.#onStall(wanted, end),
      },
      options.dialer.config.stallMs,
    );
  }

  get place(): string {
    return `${this.#name}, partition ${this.#options.partition}`;
  }

  /** The next records, at least one; undefined when the signal has fired or everything wanted was there. */
  async next(): Promise<Fetched | undefined> {
    const { signal } = this.#options;
    // Whoever asks for more has taken what there was.
    this.#taken = this.#offset;
    while (!signal.aborted && !this.#isDone()) {
      try {
        const fetched = await this.#fetch();
        if (fetched === undefined) continue;
        this.#recovered();
        this.#offset = fetched.nextOffset;
        if (fetched.records.length === 0) this.#taken = this.#offset;
        this.#report(fetched.end);
        if (fetched.records.length === 0) continue;
        this.#deliveries += 1;
        return fetched;
      } catch (error) {
        if (signal.aborted) return undefined;
        await this.#onFailure(error);
      }
    }
    return undefined;
  }

  #isDone(): boolean {
    return (this.#offset ?? 0) >= this.#untilOffset;
  }

  close(): void {
    this.#stopWatching();
    this.#options.metrics.setBehind(this, undefined);
    this.#line.drop();
  }

  #openLine(): Line {
    const { dialer } = this.#options;
    return openLine(dialer, { requestTimeout: dialer.config.requestTimeoutMs });
  }

  /** Undefined when the wait was ended from outside: by the signal or by the watchdog. */
  async #fetch(): Promise<Fetched | undefined> {
    const { partition, dialer, signal, metrics } = this.#options;
    const { fetchWaitMs, fetchBytes, requestTimeoutMs } = dialer.config;
    const ended = new Promise<undefined>((resolve) => {
      this.#giveUp = () => resolve(undefined);
    });
    const onAbort = () => this.#giveUp?.();
    signal.addEventListener('abort', onAbort);
    this.#waiting = true;
    try {
      const line = this.#line;
      const fetching = (async () => {
        await line.know(this.#name);
        const broker = await line.leaderOf(this.#name, partition);
        if (this.#offset === undefined) {
          this.#offset = await askOffset(line, this.#name, partition, 'first', READ_ALL);
          if (this.#isDone()) return undefined;
        }
        return fetchRecords(broker, {
          topic: this.#name,
          partition,
          offset: this.#offset,
          waitMs: fetchWaitMs,
          maxBytes: fetchBytes,
          isolation: READ_ALL,
          timeoutMs: fetchWaitMs + requestTimeoutMs,
        });
      })();
      // When the race is lost, its error is nobody's.
      fetching.catch(() => {});
      const fetched = await Promise.race([fetching, ended]);
      if (fetched !== undefined) metrics.add('fetches');
      return fetched;
    } finally {
      this.#waiting = false;
      signal.removeEventListener('abort', onAbort);
    }
  }

  #report(end: number): void {
    const { topic, partition, metrics } = this.#options;
    metrics.setBehind(this, { topic, partition, records: Math.max(0, end - (this.#taken ?? 0)) });
  }

  #onStall(wanted: number, end: number): void {
    const { metrics, logger } = this.#options;
    metrics.add('readerStalls');
    logger.warn(`the reader of ${this.place} stalled at ${wanted} while the log ends at ${end}: it is restarted`);
    this.#replaceLine();
    this.#giveUp?.();
  }

  #replaceLine(): void {
    this.#line.drop();
    this.#line = this.#openLine();
  }

  async #onFailure(error: unknown): Promise<void> {
    const { metrics, logger, signal } = this.#options;
    const type = kafkaErrorType(error);
    if (type === 'OFFSET_OUT_OF_RANGE') throw await this.#outOfRange(error);
    if (this.#patience.isOver(error)) throw asHaltwireError(error, `reading ${this.place}`);
    if (this.#failures === 0) {
      metrics.add('readerFailures');
      logger.warn(`${this.place} cannot be read, retrying: ${messageOf(error)}`);
    }
    this.#failures += 1;
    this.#replaceLine();
    await pause(backoffMs(this.#failures), signal);
  }

  #recovered(): void {
    if (this.#failures > 0) this.#options.logger.info(`${this.place} is read again`);
    this.#failures = 0;
    this.#patience.renew();
  }

  async #outOfRange(cause: unknown): Promise<HaltwireError> {
    const { partition } = this.#options;
    const first = await askOffset(this.#line, this.#name, partition, 'first', READ_ALL).catch(() => undefined);
    return outOfRange(this.place, this.#offset ?? 0, first, cause);
  }
}
