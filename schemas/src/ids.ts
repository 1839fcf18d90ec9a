import type { Origin } from './event.ts';
import { deterministicId } from './hash.ts';

/** Names a session: ids of senders are scoped by tenant and authenticated agent, so nobody can name another's session. */
export interface SessionRef {
  tenantId: string;
  agentId: string;
  sessionId: string;
}

/** The session's key in the log's compacted topics, the API and the console: `tenant/agent/session`, each URI-encoded. */
export function sessionKeyOf(ref: SessionRef): string {
  return `${encoded(ref.tenantId)}/${encoded(ref.agentId)}/${encoded(ref.sessionId)}`;
}

/** Most ids need no encoding, and keys are made several times per event. */
const PLAIN = /^[\w.~-]*$/;

function encoded(id: string): string {
  return PLAIN.test(id) ? id : encodeURIComponent(id);
}

/** Reads back what `sessionKeyOf` wrote; undefined when it is none. */
export function parseSessionKey(key: string): SessionRef | undefined {
  const parts = key.split('/');
  if (parts.length !== 3) return undefined;
  try {
    const [tenantId, agentId, sessionId] = parts.map(decodeURIComponent) as [string, string, string];
    return { tenantId, agentId, sessionId };
  } catch {
    return undefined;
  }
}

/** The log's key of a root agent: everything of one session tree is in one partition, in order. */
export function rootKeyOf(ref: { tenantId: string; rootAgentId: string }): string {
  return `${encoded(ref.tenantId)}/${encoded(ref.rootAgentId)}`;
}

/** One call, whichever witness reports it. */
export function callKeyOf(ref: SessionRef, callId: string): string {
  return `${sessionKeyOf(ref)}#${encodeURIComponent(callId)}`;
}

/** Deterministic event id: a retry of the same event has the same id. */
export function eventIdOf(ref: SessionRef, callId: string, phase: string, origin: Origin): string {
  return deterministicId('evt', callKeyOf(ref, callId), phase, origin);
}
