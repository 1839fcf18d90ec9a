import { HaltwireError, type Position, type TopicName } from '@haltwire/schemas';
import { type Dialer, type Line, openLine } from '../client/connection.ts';
import { asHaltwireError, isFinal, kafkaErrorType, messageOf } from '../client/errors.ts';
import type { Logger } from '../client/logger.ts';
import type { KafkaMetrics } from '../metrics.ts';
import { topicNameOf } from '../topics/topic-name.ts';
import { type Fetched, fetchRecords, READ_ALL } from '../wire/fetch.ts';
import { askOffset } from '../wire/offsets.ts';
import { watchProgress } from './watchdog.ts';

const FIRST_BACKOFF_MS = 50;
const LONGEST_BACKOFF_MS = 2000;
/** A topic that was created a moment ago is not known to every broker yet. */
const MISSING_TOPIC_GRACE_MS = 3000;

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

/** Resolves after so many ms, or when the signal fires. */
export function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, delayMs);
    signal.addEventListener('abort', done);
  });
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
  #failures = 0;
  #missingSince: number | undefined;
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
    while (!signal.aborted && !this.#isDone()) {
      try {
        const fetched = await this.#fetch();
        if (fetched === undefined) continue;
        this.#recovered();
        this.#offset = fetched.nextOffset;
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
    const missing = type === 'UNKNOWN_TOPIC_OR_PARTITION' || hasCode(error, 'HALTWIRE_NOT_FOUND');
    if (missing) this.#missingSince ??= performance.now();
    const missingFor = missing ? performance.now() - (this.#missingSince ?? 0) : 0;
    if (isFinal(error) || hasCode(error, 'HALTWIRE_STORAGE') || missingFor > MISSING_TOPIC_GRACE_MS) {
      throw asHaltwireError(error, `reading ${this.place}`);
    }
    if (this.#failures === 0) {
      metrics.add('readerFailures');
      logger.warn(`${this.place} cannot be read, retrying: ${messageOf(error)}`);
    }
    this.#failures += 1;
    this.#replaceLine();
    await pause(Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.min(this.#failures - 1, 10)), signal);
  }

  #recovered(): void {
    if (this.#failures > 0) this.#options.logger.info(`${this.place} is read again`);
    this.#failures = 0;
    this.#missingSince = undefined;
  }

  async #outOfRange(cause: unknown): Promise<HaltwireError> {
    const { partition } = this.#options;
    const first = await askOffset(this.#line, this.#name, partition, 'first', READ_ALL).catch(() => undefined);
    const wanted = this.#offset ?? 0;
    const why =
      first !== undefined && wanted < first
        ? `it begins at ${first} now: retention removed what was not read yet. Keep records for longer (kafka.retentionHours)`
        : 'it ends before that: the topic was replaced or cut. Restore it, or start with empty snapshots';
    return new HaltwireError('HALTWIRE_STORAGE', `${this.place} cannot be read from ${wanted}: ${why}.`, { cause });
  }
}

function hasCode(error: unknown, code: HaltwireError['code']): boolean {
  return HaltwireError.isInstance(error) && error.code === code;
}
