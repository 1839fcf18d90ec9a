import {
  type CallEvent,
  canonicalJson,
  type InputRecord,
  type KillAcknowledged,
  type LogEntry,
  type Policy,
  type PolicyRecord,
  parseSessionKey,
  type SessionEvent,
  sessionKeyOf,
  sha256Hex,
} from '@haltwire/schemas';
import { Engine } from '../engine/engine.ts';
import type { Output } from '../engine/outputs.ts';
import type { CallState, SessionState } from '../engine/state/session.ts';

const STOPPED: readonly CallState['state'][] = ['held', 'denied', 'abandoned'];

/** What must be known of the recorded run before it takes the record: both runs are compared at the same point. */
export interface Before {
  /** Call of the hold that a command answers: answering forgets it. */
  readonly callId?: string | undefined;
  /** The session was killed. */
  readonly killed: boolean;
  /** The event's call was asked for, and might run or had run. */
  readonly runs: boolean;
}

/** Looks at the recorded run before it takes the record. */
export function lookBefore(recorded: Engine, record: InputRecord): Before {
  const session = 'sessionId' in record ? recorded.store.sessions.get(sessionKeyOf(record)) : undefined;
  const call = record.type === 'call' ? session?.calls.get(record.callId) : undefined;
  return {
    callId: 'holdId' in record ? session?.holds.get(record.holdId)?.callId : undefined,
    killed: session?.kill !== undefined,
    runs: call !== undefined && !STOPPED.includes(call.state),
  };
}

/** The same event as one that tells of nothing: it keeps its place in its sender's order. */
function silenced(event: CallEvent): CallEvent {
  return { ...event, phase: 'abandoned' };
}

/**
 * The recorded inputs of one partition under another policy.
 *
 * The inputs tell what happened under the recorded policy. Where this run stops a call or a session that went on in the
 * record, what followed from it (start, result, later calls) did not happen here and is silenced: otherwise each would look
 * like a call past the gate.
 */
export class PolicyRun {
  readonly engine = new Engine();
  readonly #policy: Policy;
  readonly #tenants = new Set<string>();
  /** Events that cannot have happened under this policy. */
  silencedEvents = 0;

  constructor(policy: Policy) {
    this.#policy = policy;
  }

  /** Judges one record; `recorded` is the run under the recorded policies, which has taken the record already. */
  process(entry: LogEntry, record: InputRecord, recorded: Engine, before: Before): readonly Output[] {
    if ('tenantId' in record) this.#introduce(record.tenantId, entry);
    if (record.type === 'policy') return [];
    const outputs = this.engine.process(entry, this.#adapted(record, recorded, before));
    for (const output of outputs) if (output.type === 'kill') this.#acknowledge(entry, output, recorded);
    return outputs;
  }

  /** The policy stands in front of the tenant's first record. */
  #introduce(tenantId: string, entry: LogEntry): void {
    if (this.#tenants.has(tenantId)) return;
    this.#tenants.add(tenantId);
    const record: PolicyRecord = {
      type: 'policy',
      v: 1,
      tenantId,
      policyHash: sha256Hex(canonicalJson(this.#policy)),
      actor: { kind: 'person', name: 'replay', tokenId: 'replay' },
      policy: this.#policy,
    };
    this.engine.process({ ...entry, value: JSON.stringify(record) }, record);
  }

  #adapted(record: InputRecord, recorded: Engine, before: Before): InputRecord {
    if (record.type === 'command' && 'holdId' in record && before.callId !== undefined) {
      const holdId = this.#session(record)?.calls.get(before.callId)?.holdId;
      return holdId === undefined ? record : { ...record, holdId };
    }
    if (record.type === 'kill-acknowledged') {
      const there = recorded.store.sessions.get(sessionKeyOf(record))?.kill;
      const here = this.#session(record)?.kill;
      return here === undefined || there?.killId !== record.killId ? record : { ...record, killId: here.killId };
    }
    if (record.type !== 'call' || !this.#never(record, before)) return record;
    this.silencedEvents += 1;
    return silenced(record);
  }

  /** Whether the event cannot have happened under this policy. */
  #never(event: CallEvent, before: Before): boolean {
    const session = this.#session(event);
    if (session === undefined) return false;
    if (session.kill !== undefined) return !before.killed;
    if (event.phase !== 'started' && event.phase !== 'result') return false;
    const state = session.calls.get(event.callId)?.state;
    return before.runs && state !== undefined && STOPPED.includes(state);
  }

  /** A process that is killed here only would have stopped; the record cannot say so. */
  #acknowledge(entry: LogEntry, output: Extract<Output, { type: 'kill' }>, recorded: Engine): void {
    const ref = parseSessionKey(output.sessionKey);
    if (ref === undefined || recorded.store.sessions.get(output.sessionKey)?.kill !== undefined) return;
    const { killId } = output.kill;
    const record: KillAcknowledged = {
      type: 'kill-acknowledged',
      v: 1,
      ...ref,
      killId,
      attestedBy: 'sdk',
      inFlight: 'none',
    };
    this.engine.process({ ...entry, value: JSON.stringify(record) }, record);
  }

  #session(ref: Parameters<typeof sessionKeyOf>[0] | CallEvent | SessionEvent): SessionState | undefined {
    return this.engine.store.sessions.get(sessionKeyOf(ref));
  }
}
