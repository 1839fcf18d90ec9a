import { backoffMs } from '../backoff.ts';
import { type Attributes, encodeLogsRequest } from './encode.ts';
import { type Batch, jsonOf, type Outbox } from './outbox.ts';
import type { Post, PostOutcome } from './post.ts';

const MAX_BATCH_EVENTS = 512;
const MAX_BATCH_BYTES = 2 * 1024 * 1024;
const RETRY = { firstMs: 100, mostMs: 5000 };
/** An intent need not wait for a POST that is under way; more than two at once would only repeat each other. */
const MAX_IN_FLIGHT = 2;

/** What a shipper tells its session. None may throw. */
export interface ShipperEvents {
  acknowledged(batch: Batch): void;
  /** Events that will never arrive. The batch says which; `rejected` ones were some of it, and nobody says which. */
  dropped(batch: Batch, count: number, reason: 'refused' | 'too-large' | 'rejected', message: string): void;
}

/** Options of `Shipper`. */
export interface ShipperOptions {
  readonly outbox: Outbox;
  readonly post: Post;
  readonly resource: Attributes;
  /** Longest wait of events that nobody waits for, ms. */
  readonly flushIntervalMs: number;
  readonly random: () => number;
  readonly events: ShipperEvents;
}

/**
 * Brings one session's events to the collector, in order.
 *
 * Every POST begins with the oldest event that is not known to be durable. So whatever arrives, in whatever order, with
 * whatever losses: the collector never sees a gap before something that it has not seen itself.
 */
export class Shipper {
  readonly #options: ShipperOptions;
  #inFlight = 0;
  #batchEvents = MAX_BATCH_EVENTS;
  /** Events up to this number are wanted at once. */
  #urgentThrough = -1;
  #sentThrough = -1;
  /** Durable as a verdict shows, though the POST that brought it is not answered yet. */
  #provenThrough = -1;
  #failures = 0;
  #coalescing = false;
  #timer: NodeJS.Timeout | undefined;
  #timerIsRetry = false;
  /** The collector said when to come back: not even an intent may be earlier. */
  #told = false;
  #settled: (() => void)[] = [];
  #stopped = false;
  #lastFailure: string | undefined;

  constructor(options: ShipperOptions) {
    this.#options = options;
  }

  /** Why the newest attempt failed; undefined when it did not. */
  get lastFailure(): string | undefined {
    return this.#lastFailure;
  }

  /** Sends soon, together with whatever else comes up. */
  later(): void {
    if (this.#timer === undefined) this.#schedule(this.#options.flushIntervalMs, false);
  }

  /** Sends everything up to `seq` now. Events of the same turn of the event loop go together. */
  now(seq: number): void {
    this.#urgentThrough = Math.max(this.#urgentThrough, seq);
    if (this.#coalescing) return;
    this.#coalescing = true;
    queueMicrotask(() => {
      this.#coalescing = false;
      if (!this.#told) this.#send();
    });
  }

  /**
   * A verdict on intent `seq` came: the collector has it, and whatever came before it, in the same POST or earlier. While
   * that POST's answer is on its way, nothing of it is sent again.
   */
  proven(seq: number): void {
    this.#provenThrough = Math.max(this.#provenThrough, seq);
  }

  /** Tries again at once: the connection is back. */
  retryNow(): void {
    if (this.#told || this.#options.outbox.length === 0) return;
    this.#failures = 0;
    this.#send();
  }

  /** Resolves when nothing is unsent or `signal` aborts. Its timers do not keep the process alive: the caller's must. */
  async drain(signal: AbortSignal): Promise<void> {
    const aborted = new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    while (this.#options.outbox.length > 0 && !signal.aborted && !this.#stopped) {
      const settled = new Promise<void>((resolve) => this.#settled.push(resolve));
      if (this.#inFlight === 0 && !this.#timerIsRetry) this.#send();
      await Promise.race([settled, aborted]);
    }
  }

  /** Sends nothing more. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #schedule(delayMs: number, isRetry: boolean): void {
    clearTimeout(this.#timer);
    if (this.#stopped) return;
    this.#timerIsRetry = isRetry;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#timerIsRetry = false;
      this.#told = false;
      this.#send();
    }, delayMs);
    // What is unsent must not keep a finished process alive; `close()` and the exit hook deliver it.
    this.#timer.unref();
  }

  #send(): void {
    if (this.#stopped) return;
    const urgent = this.#urgentThrough > this.#sentThrough;
    if (this.#inFlight >= (urgent ? MAX_IN_FLIGHT : 1)) return;
    const after = this.#inFlight > 0 ? this.#provenThrough : -1;
    const batch = this.#options.outbox.batch(this.#batchEvents, MAX_BATCH_BYTES, after);
    if (batch === undefined) return;
    // Another POST of the very same events would tell nothing new.
    if (this.#inFlight > 0 && batch.lastSeq <= this.#sentThrough) return;
    if (this.#timer !== undefined) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#timerIsRetry = false;
    }
    this.#sentThrough = Math.max(this.#sentThrough, batch.lastSeq);
    this.#inFlight += 1;
    const body = encodeLogsRequest(this.#options.resource, batch.events.map(jsonOf));
    void this.#options.post(body).then((outcome) => {
      this.#inFlight -= 1;
      this.#settle(batch, outcome);
    });
  }

  #settle(batch: Batch, outcome: PostOutcome): void {
    const { outbox, events } = this.#options;
    if (outcome.kind === 'ok') {
      this.#failures = 0;
      this.#lastFailure = undefined;
      this.#batchEvents = MAX_BATCH_EVENTS;
      const count = outbox.forgetThrough(batch.lastSeq);
      if (outcome.rejected > 0 && count > 0) {
        events.dropped(batch, Math.min(outcome.rejected, count), 'rejected', outcome.message);
      }
      if (count > 0) events.acknowledged(batch);
    } else {
      this.#lastFailure = outcome.message;
      // While another POST with the same events is under way, that one decides.
      if (this.#inFlight > 0) return;
      if (outcome.kind === 'refused') this.#refuse(batch, outcome.status, outcome.message);
      else {
        this.#sentThrough = batch.firstSeq - 1;
        this.#told = outcome.afterMs !== undefined;
        this.#schedule(outcome.afterMs ?? backoffMs(this.#failures, this.#options.random(), RETRY), true);
        this.#failures += 1;
      }
    }
    const waiting = this.#settled;
    this.#settled = [];
    for (const resolve of waiting) resolve();
    this.#next();
  }

  #refuse(batch: Batch, status: number, message: string): void {
    if (status === 413 && batch.events.length > 1) {
      this.#batchEvents = Math.ceil(batch.events.length / 2);
      this.#sentThrough = batch.firstSeq - 1;
      return;
    }
    this.#batchEvents = MAX_BATCH_EVENTS;
    const count = this.#options.outbox.forgetThrough(batch.lastSeq);
    if (count > 0) {
      this.#options.events.dropped(batch, count, status === 413 ? 'too-large' : 'refused', message);
    }
  }

  /** What came up while the POST was under way. */
  #next(): void {
    const { outbox } = this.#options;
    const oldest = outbox.batch(1, 1);
    if (oldest === undefined || this.#timerIsRetry) return;
    if (this.#urgentThrough >= oldest.firstSeq || outbox.length >= this.#batchEvents) this.#send();
    else this.later();
  }
}
