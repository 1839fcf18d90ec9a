import { Engine, type Output } from '@haltwire/detector';
import {
  type CallEvent,
  type Decision,
  type DecisionKind,
  decisionRank,
  type InputRecord,
  type Policy,
  type SnapshotEntry,
  sha256Hex,
} from '@haltwire/schemas';
import type { CallRecords, SessionRecords } from './session.ts';

/** What the engine said of one call. */
export interface CallVerdict {
  readonly decision: DecisionKind;
  /** The gravest thing said from the call's intent to the end of its result. */
  readonly said: DecisionKind;
  readonly indicators: readonly string[];
  readonly invariants: readonly string[];
  readonly impact: number;
}

/** An engine, its log and its log time, as they stand: may be taken up again as often as one likes. */
export interface LaneState {
  readonly entries: readonly SnapshotEntry[];
  readonly offset: number;
  readonly now: number;
  readonly seq: number;
}

const ACTOR = { kind: 'person', name: 'eval', tokenId: 'eval' } as const;

/** Feeds sessions to an engine in log order, as a harness that obeys would: what is refused does not run. */
export class Lane {
  readonly #engine = new Engine();
  #offset = 0;
  #now = 1_767_225_600_000;
  #seq = 0;
  #commands = 0;
  readonly #base: readonly SnapshotEntry[];

  constructor(from?: LaneState) {
    this.#base = from?.entries ?? [];
    if (from === undefined) return;
    for (const { key, value } of from.entries) if (value !== null) this.#engine.restore(key, value);
    this.#engine.restored();
    this.#offset = from.offset;
    this.#now = from.now;
    this.#seq = from.seq;
  }

  /** The state, as a snapshot keeps it. Call once, last. */
  state(): LaneState {
    const entries = new Map([...this.#base, ...this.#engine.takeChanges()].map((entry) => [entry.key, entry]));
    return { entries: [...entries.values()], offset: this.#offset, now: this.#now, seq: this.#seq };
  }

  /** The state of a later day: what the agent's sessions taught stays, the sessions themselves are over. */
  habits(): LaneState {
    const state = this.state();
    return {
      ...state,
      now: state.now + 86_400_000,
      entries: state.entries.filter(({ key }) => !key.startsWith('session:')),
    };
  }

  /** Lets log time pass. */
  wait(seconds: number): void {
    this.#now += seconds * 1000;
  }

  policy(policy: Policy): void {
    const policyHash = sha256Hex(JSON.stringify(policy));
    this.#feed({ type: 'policy', v: 1, tenantId: 'default', policyHash, actor: ACTOR, policy });
  }

  /** Begins a session: its calls are numbered from here. */
  begin({ started }: Pick<SessionRecords, 'started'>): void {
    this.#seq = 0;
    this.#feed({ ...started, seq: this.#next() });
  }

  /** A whole session. Stops when it is killed. */
  play(records: SessionRecords): CallVerdict[] {
    this.begin(records);
    return this.playCalls(records.calls);
  }

  /** Calls of the session that began last. Log time follows theirs. */
  playCalls(calls: readonly CallRecords[]): CallVerdict[] {
    const begun = this.#now;
    const first = calls[0]?.at ?? 0;
    const verdicts: CallVerdict[] = [];
    for (const call of calls) {
      this.#now = Math.max(this.#now, begun + (call.at - first) * 1000);
      const verdict = this.#playCall(call);
      verdicts.push(verdict);
      if (verdict.said === 'kill') break;
    }
    this.#now += 1000;
    return verdicts;
  }

  #playCall({ intent, started, result }: CallRecords): CallVerdict {
    const outputs = [...this.#feed({ ...intent, seq: this.#next() })];
    const decision = strongest(decisionsOf(outputs, intent).filter(({ cause }) => cause === 'intent'));
    const hold = outputs.find((output) => output.type === 'hold-opened');
    // A person who knows of the work says yes: what comes after is measured too.
    if (hold !== undefined) outputs.push(...this.#approve(intent, hold.hold.holdId));
    if (decision !== 'kill' && decision !== 'deny' && (decision !== 'hold' || hold !== undefined)) {
      this.#now += 50;
      outputs.push(...this.#feed({ ...started, seq: this.#next() }));
      this.#now += 450;
      outputs.push(...this.#feed({ ...result, seq: this.#next() }));
    }
    const decisions = decisionsOf(outputs, intent);
    return {
      decision,
      said: strongest(decisions),
      indicators: [...new Set(decisions.flatMap(({ indicators }) => indicators.map(({ name }) => name)))],
      invariants: [...new Set(decisions.flatMap(({ invariants }) => invariants.map(({ name }) => name)))],
      impact: Math.max(0, ...decisions.map(({ impact }) => impact)),
    };
  }

  #approve({ agentId, sessionId }: CallEvent, holdId: string): readonly Output[] {
    this.#commands += 1;
    this.#now += 1000;
    return this.#feed({
      type: 'command',
      v: 1,
      commandId: `${this.#offset}-${this.#commands}`,
      tenantId: 'default',
      actor: ACTOR,
      reason: 'measured',
      command: 'approve',
      agentId,
      sessionId,
      holdId,
    });
  }

  #feed(record: InputRecord): readonly Output[] {
    const position = { partition: 0, offset: this.#offset, index: 0 };
    const entry = { position, logTime: this.#now, key: 'eval', value: String(this.#offset) };
    this.#offset += 1;
    return this.#engine.process(entry, record);
  }

  #next(): number {
    const seq = this.#seq;
    this.#seq += 1;
    return seq;
  }
}

/** What was decided about this call: not what people did, nor what clocks did to others. */
function decisionsOf(outputs: readonly Output[], { callId }: CallEvent): Decision[] {
  return outputs.flatMap((output) =>
    output.type === 'decision' &&
    output.decision.callId === callId &&
    (output.decision.cause === 'intent' || output.decision.cause === 'result')
      ? [output.decision]
      : [],
  );
}

function strongest(decisions: readonly Decision[]): DecisionKind {
  return decisions.reduce<DecisionKind>(
    (most, { decision }) => (decisionRank(decision) > decisionRank(most) ? decision : most),
    'allow',
  );
}

/** Interrupts the agent: it waits, may not, or is stopped. */
export function interrupts(decision: DecisionKind): boolean {
  return decisionRank(decision) >= decisionRank('hold');
}
