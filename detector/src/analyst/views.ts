import type { CaseView, HoldView, SessionView } from '@haltwire/schemas';
import type { SessionState } from '../engine/state/session.ts';
import type { StateStore } from '../engine/state/store.ts';

/** A session as people see it. */
export function sessionView(session: SessionState, store: StateStore): SessionView {
  const { tenantId, agentId, sessionId, posture, postureEpoch, kill, startedAt, lastAt, ended } = session;
  return {
    sessionKey: session.key,
    caseId: session.caseId,
    tenantId,
    agentId,
    sessionId,
    taskId: session.taskId ?? store.tenants.get(tenantId)?.policy.agents[agentId]?.task,
    taskAttested: session.taskAttested,
    posture,
    postureEpoch,
    kill,
    calls: session.callCount,
    startedAt,
    lastAt,
    ended,
  };
}

/** The session's case, if anything was decided above allow. */
export function caseView(session: SessionState): CaseView | undefined {
  if (session.case === undefined) return undefined;
  const { key, caseId, agentId, sessionId } = session;
  return { caseId, sessionKey: key, agentId, sessionId, ...session.case };
}

/** Sessions of a tenant, newest activity first. */
export function sessionsOf(store: StateStore, tenantId: string): SessionState[] {
  return [...store.sessions.values()]
    .filter((session) => session.tenantId === tenantId)
    .sort((a, b) => b.lastAt - a.lastAt);
}

/** Open holds of a tenant, the one that expires first on top. */
export function holdsOf(store: StateStore, tenantId: string): HoldView[] {
  return sessionsOf(store, tenantId)
    .flatMap((session) => [...session.holds.values()].map((hold) => hold.view))
    .sort((a, b) => a.expiresAt - b.expiresAt);
}
