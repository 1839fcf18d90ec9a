import {
  type Decision,
  type DecisionKind,
  deterministicId,
  type Effect,
  type Finding,
  type LogEntry,
  type Posture,
  type Severity,
  type Signal,
  sha256Hex,
} from '@haltwire/schemas';
import { highestSeverity } from './explain.ts';
import type { TaggedFinding } from './judge/check.ts';
import type { Output } from './outputs.ts';
import { PolicyIndex } from './policy-index.ts';
import type { SessionState } from './state/session.ts';
import type { StateStore } from './state/store.ts';
import { visible } from './visible.ts';

/** What a step adds to a decision; the rest follows from session and position. */
export interface DecisionDraft {
  readonly cause: Decision['cause'];
  readonly decision: DecisionKind;
  readonly severity: Severity;
  readonly title: string;
  readonly mode?: Decision['mode'] | undefined;
  readonly callId?: string | undefined;
  readonly invariants?: readonly TaggedFinding[] | undefined;
  readonly indicators?: readonly TaggedFinding[] | undefined;
  readonly signals?: readonly Signal[] | undefined;
  readonly impact?: number | undefined;
  readonly shown?: string | undefined;
  readonly effects?: readonly Effect[] | undefined;
  readonly digest?: string | undefined;
  readonly holdId?: string | undefined;
  readonly killId?: string | undefined;
  readonly actor?: string | undefined;
  readonly next?: string | undefined;
}

/** Tools, targets and sources are named by those who are watched. */
function readable({ name, sentence }: TaggedFinding): Finding {
  return { name, sentence: visible(sentence).slice(0, 600) };
}

const policyIndexes = new WeakMap<object, PolicyIndex>();

/**
 * One record being processed: the state, the log's time, and the outputs so far.
 *
 * Ids come from the record's position and the place among its outputs, so the same log gives the same ids.
 */
export class Turn {
  readonly out: Output[] = [];
  readonly store: StateStore;
  readonly entry: LogEntry;
  readonly now: number;
  #ordinal = 0;

  constructor(store: StateStore, entry: LogEntry) {
    this.store = store;
    this.entry = entry;
    this.now = Math.max(store.partition.now, entry.logTime);
    store.partition.now = this.now;
    store.partition.chain = sha256Hex(`${store.partition.chain}\n${entry.value}`);
  }

  /** A new deterministic id. */
  id(prefix: string): string {
    const { partition, offset, index } = this.entry.position;
    this.#ordinal += 1;
    return deterministicId(prefix, partition, offset, index, this.#ordinal);
  }

  policy(tenantId: string): PolicyIndex {
    const policy = this.store.tenants.get(tenantId)?.policy ?? this.store.tenant(tenantId).policy;
    let index = policyIndexes.get(policy);
    if (index === undefined) {
      index = new PolicyIndex(policy);
      policyIndexes.set(policy, index);
    }
    return index;
  }

  /** Raises the posture; a higher one stays. */
  raise(session: SessionState, posture: Posture): void {
    const order: readonly Posture[] = ['normal', 'elevated', 'locked'];
    if (order.indexOf(posture) <= order.indexOf(session.posture)) return;
    this.setPosture(session, posture);
  }

  setPosture(session: SessionState, posture: Posture): void {
    session.posture = posture;
    session.postureEpoch += 1;
    this.out.push({ type: 'posture', sessionKey: session.key, posture, postureEpoch: session.postureEpoch });
  }

  /** Writes a decision, chained to everything before it, and files it under the session's case when it is above allow. */
  decide(session: SessionState, draft: DecisionDraft): Decision {
    const findings = [...(draft.invariants ?? []), ...(draft.indicators ?? [])];
    const shown = draft.shown?.slice(0, 4096);
    const body: Omit<Decision, 'hash'> = {
      type: 'decision',
      v: 1,
      decisionId: this.id('dec'),
      caseId: session.caseId,
      tenantId: session.tenantId,
      agentId: session.agentId,
      sessionId: session.sessionId,
      callId: draft.callId,
      position: this.entry.position,
      logTime: this.now,
      cause: draft.cause,
      decision: draft.decision,
      mode: draft.mode ?? 'enforce',
      severity: draft.severity,
      title: visible(draft.title).slice(0, 500),
      invariants: (draft.invariants ?? []).map(readable),
      indicators: (draft.indicators ?? []).map(readable),
      signals: [...(draft.signals ?? [])],
      impact: draft.impact ?? 0,
      shown,
      shownHash: shown === undefined ? undefined : sha256Hex(shown),
      effects: [...(draft.effects ?? [])],
      digest: draft.digest,
      holdId: draft.holdId,
      killId: draft.killId,
      actor: draft.actor,
      posture: session.posture,
      taskId: session.taskId ?? this.policy(session.tenantId).agent(session.agentId)?.task,
      policyHash: (this.store.tenants.get(session.tenantId) ?? this.store.tenant(session.tenantId)).policyHash,
      next: draft.next,
      tags: [...new Set(findings.flatMap((finding) => finding.tags))],
      prevHash: this.store.partition.chain,
    };
    // Over the bytes as written: `hash` is the last member, so a verifier cuts it off and hashes the rest.
    const hash = sha256Hex(JSON.stringify(body));
    this.store.partition.chain = hash;
    const decision: Decision = { ...body, hash };
    this.out.push({ type: 'decision', decision });
    if (draft.decision !== 'allow') this.#file(session, decision);
    return decision;
  }

  #file(session: SessionState, decision: Decision): void {
    const known = session.case;
    if (known === undefined) {
      const { severity, title } = decision;
      session.case = { severity, title, openedAt: this.now, lastAt: this.now, decisions: 1 };
      return;
    }
    // The case is named after its gravest decision.
    const gravest = highestSeverity(known.severity, decision.severity);
    if (gravest !== known.severity) known.title = decision.title;
    known.severity = gravest;
    known.lastAt = this.now;
    known.decisions += 1;
  }
}
