import type { Effect, HoldView, KillView, Outcome, Posture, SessionRef, Severity } from '@haltwire/schemas';
import { deterministicId, sessionKeyOf } from '@haltwire/schemas';

/** Caps of one session's memory. What does not fit pushes out the oldest, never the newest. */
export const SESSION_CAPS = {
  secrets: 256,
  failures: 16,
  hunts: 16,
  closedCalls: 512,
  openCalls: 256,
  pending: 1024,
  producers: 32,
  credentialsUsed: 64,
} as const;

/** Where a secret was first shown to the agent. */
export interface SecretSighting {
  readonly kind: string;
  readonly callId: string;
  readonly source?: string | undefined;
  readonly at: number;
}

export interface Failure {
  readonly callId: string;
  readonly tool: string;
  readonly class: Outcome['class'];
  readonly credentials: readonly string[];
  readonly at: number;
}

/**
 * A call's life: judged -> (held ->) allowed | denied -> started | abandoned -> done.
 * `fast` = ran on the sdk's own read-only decision; `foreign` = reported by a span only, never gated.
 */
export interface CallState {
  readonly callId: string;
  readonly tool: string;
  readonly digest: string;
  state: 'allowed' | 'held' | 'denied' | 'fast' | 'foreign' | 'started' | 'abandoned' | 'done';
  readonly at: number;
  decisionId: string;
  /** What the sdk was told: sent again after a reconnect. */
  reason: string;
  holdId?: string;
  effects: readonly Effect[];
  /** The call was allowed without any finding: the baseline may learn from it. */
  learnable: boolean;
}

export interface OpenHold {
  readonly view: HoldView;
  readonly callId: string;
}

/** The order of one sending process: `next` is the sequence number expected now. */
export interface ProducerState {
  next: number;
  /** Events that came before their turn, as JSON by sequence number. */
  pending: Map<number, string>;
  gapSince?: number;
}

export interface SessionCase {
  severity: Severity;
  title: string;
  openedAt: number;
  lastAt: number;
  decisions: number;
}

export interface SessionState {
  readonly tenantId: string;
  readonly agentId: string;
  readonly sessionId: string;
  readonly key: string;
  readonly caseId: string;
  readonly startedAt: number;
  lastAt: number;
  ended: boolean;
  taskId?: string;
  taskAttested: boolean;
  posture: Posture;
  postureEpoch: number;
  kill?: KillView;
  /** Log time at which an unacknowledged kill raises an alert; absent when acknowledged or alerted. */
  killDueAt?: number;
  case?: SessionCase;
  producers: Map<string, ProducerState>;
  secrets: Map<string, SecretSighting>;
  failures: Failure[];
  hunts: { callId: string; evidence: string; at: number }[];
  credentialsUsed: Map<string, number>;
  calls: Map<string, CallState>;
  holds: Map<string, OpenHold>;
  callCount: number;
}

/** A session that was never heard of before. */
export function newSession(ref: SessionRef, at: number): SessionState {
  const key = sessionKeyOf(ref);
  return {
    tenantId: ref.tenantId,
    agentId: ref.agentId,
    sessionId: ref.sessionId,
    key,
    caseId: deterministicId('case', key),
    startedAt: at,
    lastAt: at,
    ended: false,
    taskAttested: false,
    posture: 'normal',
    postureEpoch: 0,
    producers: new Map(),
    secrets: new Map(),
    failures: [],
    hunts: [],
    credentialsUsed: new Map(),
    calls: new Map(),
    holds: new Map(),
    callCount: 0,
  };
}

/** Appends and drops the oldest past `cap`. */
export function pushCapped<T>(list: T[], item: T, cap: number): void {
  list.push(item);
  if (list.length > cap) list.splice(0, list.length - cap);
}

/** Sets a key and drops the oldest one past `cap`. */
export function setCapped<K, T>(map: Map<K, T>, key: K, value: T, cap: number): void {
  map.set(key, value);
  if (map.size <= cap) return;
  const oldest = map.keys().next();
  if (oldest.done !== true) map.delete(oldest.value);
}

const OPEN: readonly CallState['state'][] = ['allowed', 'held', 'started', 'fast'];

/** Drops the oldest finished calls past the cap; past a larger cap also open ones, but never one that is held. */
export function trimCalls(session: SessionState): void {
  let excess = session.calls.size - SESSION_CAPS.closedCalls;
  if (excess <= 0) return;
  const crowded = excess > SESSION_CAPS.openCalls;
  for (const [id, call] of session.calls) {
    if (excess <= 0) return;
    if (OPEN.includes(call.state) && (!crowded || call.state === 'held')) continue;
    session.calls.delete(id);
    excess -= 1;
  }
}
