import type { CaseView, HoldClosed, SessionRecord, SessionView } from '@haltwire/schemas';
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
    ...(session.memory?.mode === undefined ? {} : { mode: session.memory.mode.name }),
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

/** A session as other replicas know it. `closed`: holds that were closed since they last heard of it. */
export function sessionRecordOf(
  session: SessionState,
  store: StateStore,
  closed: readonly HoldClosed[] = [],
): SessionRecord {
  return {
    type: 'session-record',
    v: 1,
    epoch: store.partition.epoch,
    session: sessionView(session, store),
    case: caseView(session),
    holds: [...session.holds.values()].map((hold) => hold.view),
    closed: [...closed],
  };
}
