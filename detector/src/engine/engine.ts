import type { CallEvent, InputRecord, LogEntry, SessionEvent, SnapshotEntry } from '@haltwire/schemas';
import { sessionKeyOf } from '@haltwire/schemas';
import { activityOf } from './activity.ts';
import { onIntent } from './calls/intent.ts';
import { onAbandoned, onStarted } from './calls/progress.ts';
import { onResult } from './calls/result.ts';
import { onCommand } from './commands.ts';
import { giveUpGap, reportFault } from './completeness.ts';
import { admit, crowdedBy } from './intake.ts';
import { acknowledgeKill } from './kills.ts';
import type { Output } from './outputs.ts';
import { rememberSession } from './session-facts.ts';
import type { SessionState } from './state/session.ts';
import { StateStore } from './state/store.ts';
import { TimerQueue } from './timer-queue.ts';
import { fireTimers, nextTimer } from './timers.ts';
import { Turn } from './turn.ts';

/**
 * The detector's engine: one ordered input in, decisions out.
 *
 * Pure and synchronous: no I/O, no clock, no randomness; time is the log's append time. The same records in the same
 * order give the same outputs, byte for byte, whether or not the engine was restored from a snapshot in between.
 *
 * @example
 * const engine = new Engine();
 * for (const entry of recorded) outputs.push(...engine.process(entry, inputRecordSchema.parse(JSON.parse(entry.value))));
 */
export class Engine {
  readonly store: StateStore;
  /** Sessions with an open timer, by the log time of the next one. */
  readonly #timers = new TimerQueue();

  /** @param store Default: an empty one that keeps 100 000 sessions. */
  constructor(store = new StateStore()) {
    this.store = store;
  }

  /** Judges one record. Records must come in log order, each once. Throws only on a fault of the engine itself. */
  process(entry: LogEntry, record: InputRecord): readonly Output[] {
    const turn = new Turn(this.store, entry);
    this.#fireDue(turn);
    this.#dispatch(turn, record);
    return turn.out;
  }

  /** Log time of the earliest open timer: the owner appends ticks while there is one. */
  nextTimer(): number | undefined {
    return this.#timers.next();
  }

  /** State that changed since the last call. */
  takeChanges(): SnapshotEntry[] {
    return this.store.takeChanges();
  }

  /** Puts one snapshot entry back; call for all entries before the first `process`. */
  restore(key: string, value: string): void {
    this.store.restore(key, value);
  }

  /** Call once after the last `restore`. */
  restored(): void {
    for (const session of this.store.sessions.values()) this.#schedule(session);
  }

  #dispatch(turn: Turn, record: InputRecord): void {
    switch (record.type) {
      case 'call':
      case 'session':
        this.#onEvent(turn, record);
        return;
      case 'command':
        onCommand(turn, record);
        if (this.store.sessions.has(sessionKeyOf(record))) this.#schedule(turn.store.session(record));
        return;
      case 'kill-acknowledged':
        if (!this.store.sessions.has(sessionKeyOf(record))) return;
        acknowledgeKill(turn, turn.store.session(record), record);
        this.#schedule(turn.store.session(record));
        return;
      case 'policy': {
        const tenant = turn.store.tenant(record.tenantId);
        tenant.policy = record.policy;
        tenant.policyHash = record.policyHash;
        return;
      }
      case 'claim':
        turn.store.partition.epoch = turn.entry.position.offset;
        turn.store.partition.shares = record.partitions ?? 1;
        turn.out.push({ type: 'claimed', owner: record.owner, epoch: turn.entry.position.offset });
        return;
      case 'attached': {
        const session = turn.store.session(record);
        session.gateway = record.gateway;
        turn.out.push({ type: 'attached', sessionKey: session.key, gateway: record.gateway });
        return;
      }
      case 'probe':
        turn.out.push({ type: 'probed', gateway: record.gateway, n: record.n });
        return;
      case 'tick':
        return;
    }
  }

  #onEvent(turn: Turn, event: CallEvent | SessionEvent): void {
    const session = turn.store.session(event);
    session.lastAt = turn.now;
    for (let crowded = crowdedBy(session, event); crowded !== undefined; crowded = crowdedBy(session, event))
      this.#deliver(turn, session, giveUpGap(turn, session, event.producer ?? '', crowded));
    const { ready, fault } = admit(session, event, turn.now);
    if (fault !== undefined) reportFault(turn, session, fault, event);
    this.#deliver(turn, session, ready);
    this.#schedule(session);
  }

  #deliver(turn: Turn, session: SessionState, events: readonly (CallEvent | SessionEvent)[]): void {
    for (const event of events) {
      if (event.type === 'session') onSession(turn, session, event);
      else onCall(turn, session, event);
    }
  }

  #fireDue(turn: Turn): void {
    for (const key of this.#timers.takeDue(turn.now)) {
      const known = this.store.sessions.get(key);
      if (known === undefined) continue;
      const session = turn.store.session(known);
      fireTimers(turn, session, gapMs(turn, session), (events) => this.#deliver(turn, session, events));
      this.#schedule(session);
    }
  }

  #schedule(session: SessionState): void {
    const tenant = this.store.tenants.get(session.tenantId);
    const next = nextTimer(session, (tenant?.policy.responses.gapSeconds ?? 2) * 1000);
    this.#timers.set(session.key, next);
  }
}

function gapMs(turn: Turn, session: SessionState): number {
  return turn.store.tenant(session.tenantId).policy.responses.gapSeconds * 1000;
}

function onSession(turn: Turn, session: SessionState, event: SessionEvent): void {
  session.ended = event.phase === 'ended';
  rememberSession(turn, session, event);
  const attested = event.observed.task?.id;
  // The first attested task stays: a session cannot change its task by sending another token.
  if (attested !== undefined && !session.taskAttested && session.callCount === 0) {
    session.taskId = attested;
    session.taskAttested = true;
  }
  turn.out.push({ type: 'session', sessionKey: session.key });
}

function onCall(turn: Turn, session: SessionState, event: CallEvent): void {
  turn.out.push({ type: 'activity', activity: activityOf(event, turn.now, turn.entry.position.offset) });
  if (event.phase === 'intent') onIntent(turn, session, event);
  else if (event.phase === 'started') onStarted(turn, session, event);
  else if (event.phase === 'abandoned') onAbandoned(turn, session, event);
  else onResult(turn, session, event);
}
