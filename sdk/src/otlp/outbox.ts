import { encodeLogRecord, type LogEvent } from './encode.ts';

/** Most bytes that unsent events may hold, whatever their number. */
export const MAX_UNSENT_BYTES = 64 * 1024 * 1024;

/** An event that the collector has not acknowledged yet. */
export interface StoredEvent {
  readonly seq: number;
  readonly event: LogEvent;
  /** Estimated size of the encoded record, bytes. */
  readonly size: number;
  /** Encoded on first use: the fast path must not wait for it. */
  json: string | undefined;
}

/** What one POST carries: unacknowledged events, in order, without a gap. */
export interface Batch {
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly events: readonly StoredEvent[];
}

/** The encoded form of a stored event. */
export function jsonOf(stored: StoredEvent): string {
  stored.json ??= encodeLogRecord(stored.event);
  return stored.json;
}

/**
 * The unacknowledged events of one session, in order of their numbers.
 *
 * When it is full the newest event is dropped, but keeps its number: the gap tells the detector that something is missing.
 */
export class Outbox {
  readonly #maxEvents: number;
  #events: StoredEvent[] = [];
  #bytes = 0;
  #nextSeq = 0;

  constructor(maxEvents: number) {
    this.#maxEvents = maxEvents;
  }

  /** Number of unacknowledged events. */
  get length(): number {
    return this.#events.length;
  }

  /** Takes the next number. The event is built with it. Returns undefined when there is no room. */
  push(build: (seq: number) => LogEvent, size: number): StoredEvent | undefined {
    const seq = this.#nextSeq;
    this.#nextSeq += 1;
    if (this.#events.length >= this.#maxEvents || this.#bytes + size > MAX_UNSENT_BYTES) return undefined;
    const stored: StoredEvent = { seq, event: build(seq), size, json: undefined };
    this.#events.push(stored);
    this.#bytes += size;
    return stored;
  }

  /** The oldest events after number `after`, at least one when there is any, within both limits. */
  batch(maxEvents: number, maxBytes: number, after = -1): Batch | undefined {
    const events: StoredEvent[] = [];
    let bytes = 0;
    for (const stored of this.#events) {
      if (stored.seq <= after) continue;
      if (events.length >= maxEvents || (events.length > 0 && bytes + stored.size > maxBytes)) break;
      events.push(stored);
      bytes += stored.size;
    }
    const first = events[0];
    const last = events.at(-1);
    return first === undefined || last === undefined ? undefined : { firstSeq: first.seq, lastSeq: last.seq, events };
  }

  /** Forgets everything up to `seq`. Returns how many events that were. */
  forgetThrough(seq: number): number {
    const keep = this.#events.findIndex((stored) => stored.seq > seq);
    const gone = this.#events.splice(0, keep === -1 ? this.#events.length : keep);
    for (const stored of gone) this.#bytes -= stored.size;
    return gone.length;
  }
}
