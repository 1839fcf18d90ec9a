import { type EventSink, TOPIC } from '@haltwire/schemas';
import type { Logger } from '../logger.ts';
import type { Metrics } from '../metrics.ts';

/** A broker's clock may lag behind ours; a tick that came too early is tried again after this long. */
const RETRY_MS = 25;

/**
 * Lets log time pass: appends a tick when an engine timer is due and nothing else arrives.
 *
 * The wall clock only decides *when to write*; what the engine sees is the log's own append time.
 */
export class Ticker {
  readonly #sink: EventSink;
  readonly #partition: number;
  readonly #metrics: Metrics;
  readonly #logger: Logger;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(sink: EventSink, partition: number, metrics: Metrics, logger: Logger) {
    this.#sink = sink;
    this.#partition = partition;
    this.#metrics = metrics;
    this.#logger = logger;
  }

  /** Plans the next tick for log time `at`; undefined or not owning = none. Call after every batch. */
  schedule(at: number | undefined, owning: boolean): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (at === undefined || !owning || this.#stopped) return;
    // setTimeout holds 31 bits of ms.
    const wait = Math.min(2 ** 31 - 1, Math.max(at - Date.now() + 1, RETRY_MS));
    this.#timer = setTimeout(() => this.#tick(at), wait);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #tick(at: number): void {
    this.#metrics.add('ticksAppended');
    const tick = { key: 'tick', value: '{"type":"tick","v":1}' };
    this.#sink.append(TOPIC.inputs, [tick], { partition: this.#partition }).catch((error: unknown) => {
      this.#logger.warn(`a tick could not be written, retrying: ${error instanceof Error ? error.message : ''}`);
      this.schedule(Math.max(at, Date.now() + 1000), true);
    });
  }
}
