import type { CallEvent, SessionEvent } from '@haltwire/schemas';
import { type ProducerState, SESSION_CAPS, type SessionState, setCapped } from './state/session.ts';

type Ordered = CallEvent | SessionEvent;

/**
 * Puts a sender's events back into their order: event n is judged after n-1, whatever the batching.
 *
 * Answers what is ready now, in order: nothing while something before it is missing (`gapSince` is then set), the event
 * and all that waited for it otherwise. A repeat gives nothing. Events without a place in an order (foreign spans) are
 * ready at once.
 */
export function admit(session: SessionState, event: Ordered, now: number): Ordered[] {
  if (event.producer === undefined || event.seq === undefined) return [event];
  const producer = producerOf(session, event.producer);
  if (event.seq < producer.next || producer.pending.has(event.seq)) return [];
  if (event.seq > producer.next) {
    producer.gapSince ??= now;
    if (producer.pending.size < SESSION_CAPS.pending) producer.pending.set(event.seq, JSON.stringify(event));
    return [];
  }
  producer.next += 1;
  return [event, ...drain(producer)];
}

/** Gives up on what is missing before the lowest waiting event. Answers how many are missing and what is ready now. */
export function skipGap(producer: ProducerState): { missing: number; ready: Ordered[] } {
  const lowest = Math.min(...producer.pending.keys());
  const missing = lowest - producer.next;
  producer.next = lowest;
  return { missing, ready: drain(producer) };
}

function producerOf(session: SessionState, name: string): ProducerState {
  let producer = session.producers.get(name);
  if (producer === undefined) {
    producer = { next: 0, pending: new Map() };
    setCapped(session.producers, name, producer, SESSION_CAPS.producers);
  }
  return producer;
}

function drain(producer: ProducerState): Ordered[] {
  const ready: Ordered[] = [];
  for (let text = producer.pending.get(producer.next); text !== undefined; text = producer.pending.get(producer.next)) {
    producer.pending.delete(producer.next);
    ready.push(JSON.parse(text) as Ordered);
    producer.next += 1;
  }
  if (producer.pending.size === 0) delete producer.gapSince;
  return ready;
}
