import type { CallEvent } from '@haltwire/schemas';
import { addressesIn } from '../judge/addresses.ts';
import { countFamily, learnAddressees } from '../state/agent.ts';
import {
  countRepeat,
  countTempo,
  newMemory,
  rememberAddress,
  rememberBlocked,
  rememberMade,
  type SessionMemory,
} from '../state/memory.ts';
import type { CallNotes, CallState, SessionState } from '../state/session.ts';
import type { Turn } from '../turn.ts';
import { startsAgent } from './notes.ts';

/** What the counters say when a call comes in. */
export interface Counts {
  /** The call starts another agent. */
  readonly startsAgent: boolean;
  /** Agents of the same root, when this call's agent has just become one of them. */
  readonly family?: number | undefined;
}

/** The session's memory; made on first use. */
export function memoryOf(session: SessionState): SessionMemory {
  session.memory ??= newMemory();
  return session.memory;
}

/** Counts a call that is asked for: repeats, tempo, sub-agents, agents of one root. */
export function countCall(turn: Turn, session: SessionState, event: CallEvent, content: string): Counts {
  const memory = memoryOf(session);
  countRepeat(memory, content);
  countTempo(memory, turn.now);
  const starts = startsAgent(event);
  if (starts) memory.subAgents += 1;
  if (session.callCount > 1 || event.rootAgentId === event.agentId) return { startsAgent: starts };
  const root = turn.store.agent(event.tenantId, event.rootAgentId);
  const { size, isNew } = countFamily(root, event.agentId, turn.now);
  return { startsAgent: starts, family: isNew ? size : undefined };
}

/** A warning waits for the next act, whatever that is. */
export function forgetWarning(session: SessionState): void {
  if (session.memory?.warning !== undefined) delete session.memory.warning;
}

/** Remembers that the acts of a call were refused. */
export function rememberRefusal(turn: Turn, session: SessionState, call: CallState, what: string): void {
  const targets = call.notes?.targets ?? [];
  if (targets.length === 0) return;
  const memory = memoryOf(session);
  for (const act of targets) rememberBlocked(memory, act, { callId: call.callId, at: turn.now, what });
}

/** A result that speaks of a loss, and asks. */
const WARNS =
  /\b(?:all|existing|your|the) (?:\w+ ){0,3}(?:data|records?|rows?|tables?|files?|changes?) (?:will|would|may|can) be (?:lost|deleted|dropped|erased|removed|overwritten|wiped)\b|\bdata loss\b|\b(?:cannot|can't|can not) be (?:undone|recovered|reversed)\b|\b(?:is|are) irreversible\b|\bpermanently (?:delete|remove|erase)|\bare you (?:absolutely )?sure\b|\b(?:reset|drop|wipe|erase|destroy) (?:the|all|your|this|its) (?:\w+ )?(?:database|data|tables?|schema|volumes?|records?)\b|\bwill be (?:permanently )?(?:reset|destroyed)\b/i;

/** A refusal in a system's own words. */
const BLOCKS = /\b(?:blocked|protected|locked|denied|forbidden|refused|not (?:allowed|permitted))\b/i;

/** Remembers what a call did, once its result is there. `call` = the gate's own memory of it, when there is one. */
export function rememberResult(
  turn: Turn,
  session: SessionState,
  event: CallEvent,
  notes: CallNotes | undefined,
  call: CallState | undefined,
): void {
  const text = event.claimed.resultText ?? '';
  const outcome = event.derived.outcome;
  const failed = outcome?.status === 'error' || event.claimed.status === 'error';
  const blocks = failed && (outcome?.class === 'authorization' || outcome?.class === 'conflict' || BLOCKS.test(text));
  const tool = event.claimed.tool?.name ?? 'a tool';
  if (blocks && call !== undefined) rememberRefusal(turn, session, call, `${tool} was refused`);
  const warns = text === '' ? null : WARNS.exec(text);
  const shows = event.derived.secretsSeen.length > 0;
  if (notes === undefined && warns === null && !shows) return;
  const memory = memoryOf(session);
  const trace = (what: string) => ({ callId: event.callId, at: turn.now, what });
  if (warns !== null) memory.warning = trace(warns[0]);
  if (memory.untrusted !== undefined && (shows || notes?.hunts !== undefined))
    memory.sensitive = trace(notes?.hunts ?? `${tool} showed a secret`);
  if (notes === undefined) return;
  if (notes.looked === true && memory.copied?.failed === false) delete memory.copied;
  if (notes.copies === true) memory.copied = { ...trace(tool), failed };
  if (notes.outside !== undefined && !failed) {
    memory.untrusted = trace(notes.outside);
    for (const address of addressesIn(text)) rememberAddress(memory, address, trace(notes.outside));
  }
  for (const path of notes.changed ?? []) rememberMade(memory, path, 'touched');
  for (const path of notes.links ?? []) rememberMade(memory, path, 'link');
  for (const path of notes.made ?? []) rememberMade(memory, path, failed ? 'touched' : 'file');
  if (failed) return;
  if (notes.done === true) memory.done = trace(tool);
}

/** Whom an allowed call reached, its agent knows from then on. */
export function learnReached(turn: Turn, call: CallState, event: CallEvent): void {
  learnAddressees(turn.store.agent(event.tenantId, event.agentId), call.notes?.addressees ?? []);
}
