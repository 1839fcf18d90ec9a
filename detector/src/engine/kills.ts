import type { Actor, KillAcknowledged, KillView } from '@haltwire/schemas';
import { closeHolds } from './holds.ts';
import type { TaggedFinding } from './judge/check.ts';
import type { SessionState } from './state/session.ts';
import type { Turn } from './turn.ts';

const MINUTE = 60_000;
/** A session counts as live when it was heard of within this time. */
const LIVE_WITHIN = 600_000;

/**
 * Whether one more machine kill stays within the caps of the tenant, and counts it if so.
 *
 * The breaker guards against the detector itself: past the cap, kills become holds and page a person. Partitions do not
 * know of each other, so each has an even share of the cap, but at least one kill.
 */
export function breakerAllows(turn: Turn, tenantId: string): boolean {
  const tenant = turn.store.tenant(tenantId);
  const { perMinute, fleetShare } = tenant.policy.responses.machineKills;
  tenant.machineKills = tenant.machineKills.filter((at) => turn.now - at < MINUTE);
  const kills = tenant.machineKills.length + 1;
  if (kills > shareOf(perMinute, turn.store.partition.shares ?? 1)) return false;
  if (kills >= 3) {
    let live = 0;
    for (const session of turn.store.sessions.values()) {
      if (session.tenantId === tenantId && !session.ended && turn.now - session.lastAt < LIVE_WITHIN) live += 1;
    }
    if (kills / Math.max(1, live) > fleetShare) return false;
  }
  tenant.machineKills.push(turn.now);
  return true;
}

function shareOf(cap: number, shares: number): number {
  return cap === 0 ? 0 : Math.max(1, Math.floor(cap / shares));
}

/** Kills a session: sticky, closes its holds, locks its posture, and starts the clock for the acknowledgement. */
export function killSession(turn: Turn, session: SessionState, killId: string, by: string, reason: string): void {
  const kill: KillView = { killId, at: turn.now, by, reason: reason.slice(0, 2000) };
  session.kill = kill;
  session.killDueAt = turn.now + turn.store.tenant(session.tenantId).policy.responses.killAckSeconds * 1000;
  closeHolds(turn, session, 'killed', by);
  turn.setPosture(session, 'locked');
  turn.out.push({ type: 'kill', sessionKey: session.key, kill, postureEpoch: session.postureEpoch });
  turn.out.push({ type: 'session', sessionKey: session.key });
}

/** A person lets a killed session go on; it stays elevated. */
export function releaseSession(turn: Turn, session: SessionState, actor: Actor, reason: string): void {
  const killId = session.kill?.killId ?? '';
  // What was allowed before the kill is not allowed after it.
  for (const call of session.calls.values()) if (call.state === 'allowed') call.state = 'abandoned';
  delete session.kill;
  delete session.killDueAt;
  turn.setPosture(session, 'elevated');
  turn.decide(session, {
    cause: 'command',
    decision: 'alert',
    severity: 'medium',
    title: `${actor.name} released the session: ${reason}`,
    actor: actor.name,
    killId,
  });
  turn.out.push({ type: 'release', sessionKey: session.key, killId, postureEpoch: session.postureEpoch });
  turn.out.push({ type: 'session', sessionKey: session.key });
}

/** The watched process says that it stopped. A repeat or an answer to an older kill changes nothing. */
export function acknowledgeKill(turn: Turn, session: SessionState, record: KillAcknowledged): void {
  const kill = session.kill;
  if (kill === undefined || kill.killId !== record.killId || kill.acknowledged !== undefined) return;
  const acknowledged = { at: turn.now, attestedBy: record.attestedBy, inFlight: record.inFlight };
  session.kill = { ...kill, acknowledged };
  delete session.killDueAt;
  turn.decide(session, {
    cause: 'acknowledgement',
    decision: 'allow',
    severity: 'info',
    title: `The kill was acknowledged by the ${record.attestedBy} after ${turn.now - kill.at} ms of log time; in flight: ${record.inFlight}.`,
    killId: kill.killId,
  });
  turn.out.push({ type: 'session', sessionKey: session.key });
}

/** Nobody acknowledged the kill in time. */
export function alertUnacknowledged(turn: Turn, session: SessionState): void {
  delete session.killDueAt;
  const finding: TaggedFinding = {
    name: 'kill-obeyed',
    sentence: 'The kill was not acknowledged in time: the process may still be running.',
    tags: ['ASI10'],
  };
  turn.decide(session, {
    cause: 'timer',
    decision: 'alert',
    severity: 'critical',
    title: `${session.agentId} has not acknowledged its kill.`,
    invariants: [finding],
    killId: session.kill?.killId,
    next: 'Stop the process by other means and revoke the credentials that it holds.',
  });
}
