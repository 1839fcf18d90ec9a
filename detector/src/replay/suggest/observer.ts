import {
  type CallEvent,
  type Decision,
  defaultPolicy,
  type LogEntry,
  type Policy,
  type SessionRef,
  sessionKeyOf,
} from '@haltwire/schemas';
import { Engine } from '../../engine/engine.ts';
import { readRecord } from '../../runner/read-record.ts';
import { EvidenceCounts } from './evidence.ts';
import { approvedFactsOf, type Fact, factsOf } from './facts.ts';

interface SessionNotes {
  /** Something was denied or killed in it, or an invariant was violated: nothing of it counts. */
  bad: boolean;
  readonly agentId: string;
  /** Calls that were asked for, and what of them was alerted and held. */
  calls: number;
  alerts: number;
  holds: number;
  /** Questions that nobody has answered yet. */
  readonly asked: Map<string, readonly Fact[]>;
  /** Allowed calls that have not ended yet. */
  readonly open: Map<string, readonly Fact[]>;
  readonly seen: Map<string, { calls: number; first: number; last: number }>;
}

/** Most calls of a session that are waited for. */
const MAX_OPEN = 512;

/**
 * Learns from recorded inputs what honest work looks like: only from calls that were allowed without any finding, that ran,
 * and that ended well, and from those that a person approved, in sessions in which nothing was denied or killed and no invariant was violated.
 *
 * @example
 * const observer = new Observer('default');
 * for (const entry of entries) observer.process(entry);
 * const suggestion = suggestPolicy(observer);
 */
export class Observer {
  readonly tenantId: string;
  readonly counts = new EvidenceCounts();
  /** The newest policy that the log holds for the tenant. */
  policy: Policy = defaultPolicy;
  /** Keys of sessions that count for nothing. */
  readonly badSessions = new Set<string>();
  /** Of honest sessions. */
  readonly totals = { calls: 0, alerts: 0, holds: 0 };
  /** Most calls of one honest session, by agent. */
  readonly longest = new Map<string, number>();
  readonly #engines = new Map<number, Engine>();
  #sessions = new Map<string, SessionNotes>();

  /** @param tenantId Whose work is looked at. */
  constructor(tenantId: string) {
    this.tenantId = tenantId;
  }

  /** Takes one record; each partition's in log order. */
  process(entry: LogEntry): void {
    const record = readRecord(entry.value);
    if (typeof record === 'string') return;
    const { partition } = entry.position;
    const engine = this.#engines.get(partition) ?? new Engine();
    this.#engines.set(partition, engine);
    if (record.type === 'policy' && record.tenantId === this.tenantId) this.policy = record.policy;
    const outputs = engine.process(entry, record);
    const decisions = outputs.flatMap((output) => (output.type === 'decision' ? [output.decision] : []));
    for (const decision of decisions) this.#judge(decision);
    if (record.type !== 'call' || record.tenantId !== this.tenantId || record.origin !== 'sdk') return;
    if (
      record.phase === 'intent' &&
      decisions.some(({ decision, callId }) => decision === 'hold' && callId === record.callId)
    )
      this.#ask(record);
    if (record.phase === 'intent' && decisions.some((decision) => isClean(decision, record)))
      this.#open(record, engine.store.sessions.get(sessionKeyOf(record))?.taskId);
    if (record.phase === 'result') this.#close(record, entry.logTime);
  }

  /** Call once after the last record. */
  finish(): void {
    for (const [key, notes] of this.#sessions) {
      if (notes.bad) this.badSessions.add(key);
      else this.#merge(notes);
    }
    this.#sessions = new Map();
  }

  #merge({ agentId, seen, calls, alerts, holds }: SessionNotes): void {
    this.counts.merge(seen);
    this.totals.calls += calls;
    this.totals.alerts += alerts;
    this.totals.holds += holds;
    this.longest.set(agentId, Math.max(calls, this.longest.get(agentId) ?? 0));
  }

  #judge(decision: Decision): void {
    if (decision.tenantId !== this.tenantId) return;
    const { decision: kind, invariants, actor, cause, callId = '', holdId } = decision;
    const notes = this.#notes(decision);
    if (kind === 'deny' || kind === 'kill' || (invariants.length > 0 && actor === undefined)) notes.bad = true;
    if (cause === 'intent') notes.calls += 1;
    if (kind === 'alert') notes.alerts += 1;
    if (kind === 'hold') notes.holds += 1;
    // A person's yes: what was held may now run.
    const approved =
      cause === 'command' && kind === 'allow' && holdId !== undefined ? notes.asked.get(callId) : undefined;
    if (approved !== undefined && notes.open.size < MAX_OPEN) notes.open.set(callId, approved);
    if (cause !== 'intent') notes.asked.delete(callId);
  }

  #ask(event: CallEvent): void {
    const { asked } = this.#notes(event);
    if (asked.size < MAX_OPEN) asked.set(event.callId, approvedFactsOf(event));
  }

  #open(event: CallEvent, attested: string | undefined): void {
    const { open } = this.#notes(event);
    const taskId = attested ?? this.policy.agents[event.agentId]?.task;
    if (open.size < MAX_OPEN) open.set(event.callId, factsOf(event, taskId));
  }

  #close(event: CallEvent, at: number): void {
    const notes = this.#notes(event);
    const facts = notes.open.get(event.callId);
    notes.open.delete(event.callId);
    const { outcome } = event.derived;
    if (facts === undefined || event.claimed.status === 'error') return;
    if (outcome !== undefined && (outcome.status === 'error' || outcome.class !== 'none')) return;
    for (const name of new Set(facts.map((fact) => JSON.stringify(fact)))) {
      const known = notes.seen.get(name);
      if (known === undefined) notes.seen.set(name, { calls: 1, first: at, last: at });
      else {
        known.calls += 1;
        known.last = at;
      }
    }
  }

  #notes(ref: SessionRef): SessionNotes {
    const sessionKey = sessionKeyOf(ref);
    let notes = this.#sessions.get(sessionKey);
    if (notes === undefined) {
      const counts = { calls: 0, alerts: 0, holds: 0 };
      notes = { bad: false, agentId: ref.agentId, ...counts, asked: new Map(), open: new Map(), seen: new Map() };
      this.#sessions.set(sessionKey, notes);
    }
    return notes;
  }
}

function isClean({ cause, callId, decision, invariants, indicators }: Decision, event: CallEvent): boolean {
  if (cause !== 'intent' || callId !== event.callId) return false;
  return decision === 'allow' && invariants.length === 0 && indicators.length === 0;
}
