import { EVENT, type EventName, GENAI, HALTWIRE } from '@haltwire/schemas/attributes';
import type { Runtime } from '../clock.ts';
import type { SessionConfig } from '../config.ts';
import { CHANNEL, publish } from '../diagnostics.ts';
import type { Attributes } from '../otlp/encode.ts';
import { type Batch, Outbox } from '../otlp/outbox.ts';
import type { Post } from '../otlp/post.ts';
import { Shipper } from '../otlp/shipper.ts';
import type { SessionMode } from '../types.ts';
import { WARNING, type Warn } from '../warnings.ts';

/** Bytes of an encoded record besides its long texts, roughly. */
const RECORD_OVERHEAD = 1024;
/** One warning about drops per so many ms; the counts add up meanwhile. */
const DROP_WARNING_MS = 10_000;

/** Why an event never reached the log. `spool-full` and `undelivered` are losses, the others the collector's refusals. */
export type DropReason = 'spool-full' | 'undelivered' | 'refused' | 'too-large' | 'rejected';

/** What the recorder tells its session. */
export interface RecorderEvents {
  /** Events up to this number are durable. */
  acknowledged(lastSeq: number): void;
  /** The whole batch will never be judged. */
  refused(batch: Batch, message: string): void;
}

/** Options of `Recorder`. */
export interface RecorderOptions {
  readonly sessionId: string;
  readonly producer: string;
  readonly session: SessionConfig;
  readonly maxUnsentEvents: number;
  readonly flushIntervalMs: number;
  readonly post: Post;
  readonly runtime: Runtime;
  readonly warn: Warn;
  readonly events: RecorderEvents;
}

/** What is recorded besides the session's own attributes. */
export interface Entry {
  readonly attributes: Attributes;
  readonly traceId?: string | undefined;
  readonly spanId?: string | undefined;
}

/** The ordered, gap-free stream of one session's events. */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #outbox: Outbox;
  readonly #shipper: Shipper;
  readonly #common: Attributes;
  #lastSeq = -1;
  #stopped = false;
  #drops = new Map<DropReason, number>();
  #warnedAt = Number.NEGATIVE_INFINITY;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#outbox = new Outbox(options.maxUnsentEvents);
    const { agent } = options.session;
    this.#common = {
      [GENAI.conversationId]: options.sessionId,
      [GENAI.agentName]: agent.name,
      [GENAI.agentId]: agent.id,
      [HALTWIRE.producer]: options.producer,
    };
    this.#shipper = new Shipper({
      outbox: this.#outbox,
      post: options.post,
      resource: { 'service.name': agent.name ?? agent.id ?? 'haltwire-agent', 'telemetry.sdk.language': 'nodejs' },
      flushIntervalMs: options.flushIntervalMs,
      random: options.runtime.random,
      events: {
        acknowledged: (batch) => this.#acknowledged(batch),
        dropped: (batch, count, reason, message) => this.#refused(batch, count, reason, message),
      },
    });
  }

  /** Number of events that the collector has not acknowledged. */
  get unsent(): number {
    return this.#outbox.length;
  }

  /** Why the newest attempt to send failed. */
  get lastFailure(): string | undefined {
    return this.#shipper.lastFailure;
  }

  /** Takes an event. Returns its number, or undefined when there was no room for it. */
  record(eventName: EventName, entry: Entry, urgent = false): number | undefined {
    if (this.#stopped) {
      this.#drop(1, 'undelivered', 'a call came to its end after the session had');
      return undefined;
    }
    const stored = this.#outbox.push((seq) => {
      this.#lastSeq = seq;
      return {
        eventName,
        time: this.#options.runtime.wallTime(),
        attributes: { ...this.#common, [HALTWIRE.seq]: seq, ...entry.attributes },
        traceId: entry.traceId,
        spanId: entry.spanId,
      };
    }, sizeOf(entry.attributes));
    if (stored === undefined) {
      this.#drop(1, 'spool-full', 'the collector cannot be reached and maxUnsentEvents is used up');
      return undefined;
    }
    if (urgent) this.#shipper.now(stored.seq);
    else this.#shipper.later();
    return stored.seq;
  }

  /** Tells who the session is. Always the first event. */
  started(nonce: string, cwd: string): void {
    const { agent, task, environment } = this.#options.session;
    this.record(
      EVENT.sessionStarted,
      {
        attributes: {
          [HALTWIRE.sessionNonce]: nonce,
          [GENAI.agentVersion]: agent.version,
          [HALTWIRE.taskId]: task.id,
          [HALTWIRE.taskText]: task.text,
          [HALTWIRE.taskToken]: task.token,
          [HALTWIRE.environment]: environment,
          [HALTWIRE.cwd]: cwd,
        },
      },
      true,
    );
  }

  /** Tells what the session may do from now on. */
  changed(mode: SessionMode): void {
    this.record(EVENT.sessionChanged, { attributes: { [HALTWIRE.mode]: mode } }, true);
  }

  /** A verdict shows that the collector has the intent with this number. */
  proven(seq: number): void {
    this.#shipper.proven(seq);
  }

  /** The connection is back: what waits for its next attempt goes now. */
  retryNow(): void {
    this.#shipper.retryNow();
  }

  /** Sends all that is unsent now. Resolves when it is durable or `signal` aborts. */
  drain(signal: AbortSignal): Promise<void> {
    if (this.#outbox.length > 0) this.#shipper.now(this.#lastSeq);
    return this.#shipper.drain(signal);
  }

  /** Sends nothing more; what is left is counted as lost. */
  stop(): void {
    this.#stopped = true;
    this.#shipper.stop();
    const lost = this.#outbox.forgetThrough(this.#lastSeq);
    if (lost > 0) this.#drop(lost, 'undelivered', 'the session ended before the collector took them');
  }

  #acknowledged(batch: Batch): void {
    const { sessionId, events } = this.#options;
    publish(CHANNEL.eventsAcknowledged, () => ({
      sessionId,
      count: batch.events.length,
      firstSeq: batch.firstSeq,
      lastSeq: batch.lastSeq,
    }));
    events.acknowledged(batch.lastSeq);
  }

  #refused(batch: Batch, count: number, reason: DropReason, message: string): void {
    this.#drop(count, reason, message);
    if (count >= batch.events.length) this.#options.events.refused(batch, message);
  }

  #drop(count: number, reason: DropReason, message: string): void {
    const { sessionId, warn, runtime } = this.#options;
    const total = (this.#drops.get(reason) ?? 0) + count;
    this.#drops.set(reason, total);
    publish(CHANNEL.eventsDropped, () => ({ sessionId, count, intentional: false, reason }));
    const now = runtime.now();
    if (now - this.#warnedAt < DROP_WARNING_MS) return;
    this.#warnedAt = now;
    warn(
      reason === 'rejected' ? WARNING.recordsRejected : WARNING.eventsDropped,
      `session ${sessionId}: ${total} events lost so far (${reason}): ${message}`,
    );
  }
}

function sizeOf(attributes: Attributes): number {
  let size = RECORD_OVERHEAD;
  for (const value of Object.values(attributes)) if (typeof value === 'string') size += value.length;
  return size;
}
