import type { CallEvent, SessionEvent } from '@haltwire/schemas';
import { type ProducerState, SESSION_CAPS, type SessionState, setCapped } from './state/session.ts';

type Ordered = CallEvent | SessionEvent;

/**
 * What is wrong with an event's place: another event took it before, or there are more senders than can be followed.
 */
export type AdmissionFault = 'place-taken' | 'too-many-senders';

export interface Admission {
  /** What can be judged now, in order. */
  readonly ready: readonly Ordered[];
  readonly fault?: AdmissionFault;
}

const NOTHING: Admission = { ready: [] };

/**
 * Puts a sender's events back into their order: event n is judged after n-1, whatever the batching.
 *
 * Answers what is ready now, in order: nothing while something before it is missing (`gapSince` is then set), the event
 * and all that waited for it otherwise. A repeat gives nothing. Events without a place in an order (foreign spans) are
 * ready at once, and so are those that come after their gap was given up: late evidence is evidence.
 */
export function admit(session: SessionState, event: Ordered, now: number): Admission {
  if (event.producer === undefined || event.seq === undefined) return { ready: [event] };
  const producer = producerOf(session, event.producer);
  if (producer === undefined) {
    if (session.sendersOverflow === true) return { ready: [event] };
    session.sendersOverflow = true;
    return { ready: [event], fault: 'too-many-senders' };
  }
  const before = producer.recent.get(event.seq);
  if (before !== undefined && before !== event.eventId) return { ready: [event], fault: 'place-taken' };
  const late = takeSkipped(producer, event.seq);
  if (!late && (event.seq < producer.next || producer.pending.has(event.seq))) return NOTHING;
  setCapped(producer.recent, event.seq, event.eventId, SESSION_CAPS.recent);
  if (late) return { ready: [event] };
  if (event.seq > producer.next) {
    producer.gapSince ??= now;
    producer.pending.set(event.seq, JSON.stringify(event));
    return NOTHING;
  }
  producer.next += 1;
  return { ready: [event, ...drain(producer)] };
}

/** The event's sender, when it already waits for a gap with as much as is kept: the gap must be given up first. */
export function crowdedBy(session: SessionState, event: Ordered): ProducerState | undefined {
  if (event.producer === undefined || event.seq === undefined) return undefined;
  const producer = session.producers.get(event.producer);
  if (producer === undefined || event.seq <= producer.next || producer.pending.size === 0) return undefined;
  if (producer.pending.size >= SESSION_CAPS.pending) return producer;
  let characters = 0;
  for (const text of producer.pending.values()) characters += text.length;
  return characters >= SESSION_CAPS.pendingCharacters ? producer : undefined;
}

/** Gives up on what is missing before the lowest waiting event. Answers how many are missing and what is ready now. */
export function skipGap(producer: ProducerState): { missing: number; ready: Ordered[] } {
  const lowest = Math.min(...producer.pending.keys());
  const missing = lowest - producer.next;
  producer.skipped.push([producer.next, lowest - 1]);
  if (producer.skipped.length > SESSION_CAPS.skipped) producer.skipped.shift();
  producer.next = lowest;
  return { missing, ready: drain(producer) };
}

/** Whether a place belongs to a gap that was given up; it is taken out of it. */
function takeSkipped(producer: ProducerState, seq: number): boolean {
  const at = producer.skipped.findIndex(([first, last]) => first <= seq && seq <= last);
  const [first, last] = producer.skipped[at] ?? [];
  if (first === undefined || last === undefined) return false;
  const rest: [number, number][] = [];
  if (first < seq) rest.push([first, seq - 1]);
  if (seq < last) rest.push([seq + 1, last]);
  producer.skipped.splice(at, 1, ...rest);
  return true;
}

/** Undefined past the cap: forgetting another sender's place would make its repeats look new and its gaps vanish. */
function producerOf(session: SessionState, name: string): ProducerState | undefined {
  const known = session.producers.get(name);
  if (known !== undefined) return known;
  if (session.producers.size >= SESSION_CAPS.producers) return undefined;
  const producer: ProducerState = { next: 0, pending: new Map(), skipped: [], recent: new Map() };
  session.producers.set(name, producer);
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
