import type { CaseVerdict, HoldView, KillView, Outcome, Posture, SessionRef, Severity } from '@haltwire/schemas';
import { deterministicId, sessionKeyOf } from '@haltwire/schemas';
import type { Act } from './agent.ts';
import type { SessionMemory } from './memory.ts';

/** Caps of one session's memory. What does not fit pushes out the oldest, never the newest. */
export const SESSION_CAPS = {
  secrets: 256,
  failures: 16,
  hunts: 16,
  closedCalls: 512,
  openCalls: 256,
  pending: 1024,
  /** Of one sender's waiting events. */
  pendingCharacters: 4 * 1024 * 1024,
  /** Gaps of one sender that were given up and may still be filled. */
  skipped: 64,
  /** Newest places of one sender whose holder is known by its id. */
  recent: 64,
  /** Open questions: more than a person can read is no question any more. */
  holds: 32,
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

/** What a call's effects mean to later calls. */
export interface CallNotes {
  /** It looked at files. */
  readonly looked?: boolean;
  /** It read content from outside: where. */
  readonly outside?: string | undefined;
  /** It looked for secrets: how. */
  readonly hunts?: string | undefined;
  /** It reported the work as done. */
  readonly done?: boolean;
  /** It copied or moved files. */
  readonly copies?: boolean;
  /** Paths and links that it creates in the workspace. */
  readonly made?: readonly string[] | undefined;
  readonly changed?: readonly string[] | undefined;
  readonly links?: readonly string[] | undefined;
  /** Its grave acts by target: one that is refused must not be tried another way. */
  readonly targets?: readonly string[] | undefined;
  /** Addresses that it sends, pays or grants to. */
  readonly addressees?: readonly string[] | undefined;
}

/**
 * A call's life: judged -> (held ->) allowed | denied -> started | abandoned -> done.
 * `fast` = ran on the sdk's own read-only decision; `foreign` = reported by a span only, never gated.
 */
export interface CallState {
  readonly callId: string;
  readonly tool: string;
  readonly digest: string;
  /** Hash of tool and arguments as shown: tells whether another witness speaks of the same call. */
  readonly content: string;
  state: 'allowed' | 'held' | 'denied' | 'fast' | 'foreign' | 'started' | 'abandoned' | 'done';
  /** When it was last decided about. */
  at: number;
  decisionId: string;
  /** What the sdk was told: sent again after a reconnect. */
  reason: string;
  holdId?: string;
  /** What the baseline may learn from it. */
  readonly acts: readonly Act[];
  /** What is remembered of it once it ran, or was refused. */
  readonly notes?: CallNotes | undefined;
  /** The call was allowed without any finding, or by a person: the baseline may learn from it once it ran. */
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
  /** Gaps that were given up: first and last number. What comes late is still taken, once. */
  skipped: [number, number][];
  /** Ids of the newest events by number: a place is not taken twice. */
  recent: Map<number, string>;
}

export interface SessionCase {
  severity: Severity;
  title: string;
  openedAt: number;
  lastAt: number;
  decisions: number;
  /** What analysts said of it. */
  verdicts?: CaseVerdict[];
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
  /** Where the session's newest socket is, when gateways say so. */
  gateway?: string;
  kill?: KillView;
  /** Log time at which an unacknowledged kill raises an alert; absent when acknowledged or alerted. */
  killDueAt?: number;
  case?: SessionCase;
  producers: Map<string, ProducerState>;
  /** More senders came than are followed; it was said. */
  sendersOverflow?: boolean;
  secrets: Map<string, SecretSighting>;
  failures: Failure[];
  hunts: { callId: string; evidence: string; at: number }[];
  credentialsUsed: Map<string, number>;
  calls: Map<string, CallState>;
  holds: Map<string, OpenHold>;
  callCount: number;
  /** What later calls are judged by besides secrets and failures; absent until there is something to remember. */
  memory?: SessionMemory;
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

/** Remembers a failure. The newest refusal stays, however many other failures follow it. */
export function rememberFailure(failures: Failure[], failure: Failure): void {
  failures.push(failure);
  if (failures.length <= SESSION_CAPS.failures) return;
  const refusal = failures.findLastIndex((one) => one.class === 'authorization');
  failures.splice(refusal === 0 ? 1 : 0, 1);
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
