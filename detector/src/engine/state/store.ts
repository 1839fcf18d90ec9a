import type { SessionRef, SnapshotEntry } from '@haltwire/schemas';
import { policySchema, rootKeyOf, sessionKeyOf } from '@haltwire/schemas';
import { type AgentState, newAgent } from './agent.ts';
import { stateFromJson, stateToJson } from './json.ts';
import { newSession, type SessionState } from './session.ts';
import { newTenant, type TenantState } from './tenant.ts';

/** Partition-wide facts. */
export interface PartitionState {
  /** Newest log time seen. */
  now: number;
  /** Offset of the newest claim. */
  epoch: number;
  /** Head of the hash chain over inputs and decisions. */
  chain: string;
  /** Partitions that share a tenant's caps. */
  shares?: number;
}

/** Most sessions kept. */
const MAX_SESSIONS = 100_000;
/** A session is long silent after this, ms. */
const SILENT_MS = 3_600_000;

function agentKey(tenantId: string, agentId: string): string {
  return rootKeyOf({ tenantId, rootAgentId: agentId });
}

/** A policy of an older version lacks what has come since; the defaults say what it meant. */
function withDefaults(tenant: TenantState): TenantState {
  return { ...tenant, policy: policySchema.parse(tenant.policy) };
}

/**
 * All engine state of one partition, with the keys that changed since the last snapshot.
 *
 * Plain JSON throughout, so that a snapshot is a serialisation and nothing more.
 */
export class StateStore {
  partition: PartitionState = { now: 0, epoch: 0, chain: '' };
  readonly sessions = new Map<string, SessionState>();
  readonly agents = new Map<string, AgentState>();
  readonly tenants = new Map<string, TenantState>();
  readonly #maxSessions: number;
  #evictAbove: number;
  #dirty = new Set<string>();

  /** @param maxSessions Sessions kept; default 100 000. Killed ones and those with an open question are kept beyond it. */
  constructor(maxSessions = MAX_SESSIONS) {
    this.#maxSessions = maxSessions;
    this.#evictAbove = maxSessions;
  }

  session(ref: SessionRef): SessionState {
    const key = sessionKeyOf(ref);
    let found = this.sessions.get(key);
    if (found === undefined) {
      found = newSession(ref, this.partition.now);
      this.sessions.set(key, found);
      if (this.sessions.size > this.#evictAbove) this.#evict(key);
    }
    this.#dirty.add(`session:${key}`);
    return found;
  }

  agent(tenantId: string, agentId: string): AgentState {
    const key = agentKey(tenantId, agentId);
    let found = this.agents.get(key);
    if (found === undefined) {
      found = newAgent(tenantId, agentId);
      this.agents.set(key, found);
    }
    this.#dirty.add(`agent:${key}`);
    return found;
  }

  tenant(tenantId: string): TenantState {
    let found = this.tenants.get(tenantId);
    if (found === undefined) {
      found = newTenant(tenantId);
      this.tenants.set(tenantId, found);
    }
    this.#dirty.add(`tenant:${tenantId}`);
    return found;
  }

  /** What changed since the last call, serialised; the caller stores it with the position that it covers. */
  takeChanges(): SnapshotEntry[] {
    const entries: SnapshotEntry[] = [{ key: 'partition', value: stateToJson(this.partition) }];
    for (const key of this.#dirty) {
      const value = this.#valueOf(key);
      entries.push({ key, value: value === undefined ? null : stateToJson(value) });
    }
    this.#dirty = new Set();
    return entries;
  }

  /** Marks keys as changed again, when their snapshot could not be saved. */
  markChanged(keys: readonly string[]): void {
    for (const key of keys) if (key !== 'partition') this.#dirty.add(key);
  }

  /** Puts one snapshot entry back. Throws on an entry that is not ours. */
  restore(key: string, value: string): void {
    const parsed = stateFromJson(value);
    const colon = key.indexOf(':');
    const id = key.slice(colon + 1);
    if (key === 'partition') this.partition = parsed as PartitionState;
    else if (key.startsWith('session:')) this.sessions.set(id, parsed as SessionState);
    else if (key.startsWith('agent:')) this.agents.set(id, parsed as AgentState);
    else if (key.startsWith('tenant:')) this.tenants.set(id, withDefaults(parsed as TenantState));
    else throw new TypeError(`unknown snapshot key ${JSON.stringify(key)}`);
  }

  #valueOf(key: string): unknown {
    const id = key.slice(key.indexOf(':') + 1);
    if (key.startsWith('session:')) return this.sessions.get(id);
    if (key.startsWith('agent:')) return this.agents.get(id);
    return this.tenants.get(id);
  }

  /**
   * Drops a tenth of the sessions: ended and long silent ones first, then those of whoever has the most, so that a flood
   * pushes out itself. What must outlive a session is kept with its agent.
   */
  #evict(newest: string): void {
    const perAgent = new Map<string, number>();
    for (const { tenantId, agentId } of this.sessions.values()) {
      const key = agentKey(tenantId, agentId);
      perAgent.set(key, (perAgent.get(key) ?? 0) + 1);
    }
    // The order must not depend on how the map was filled.
    const idle = [...this.sessions.values()]
      .filter((session) => session.kill === undefined && session.holds.size === 0 && session.key !== newest)
      .map((session) => ({
        session,
        live: !session.ended && this.partition.now - session.lastAt < SILENT_MS,
        siblings: perAgent.get(agentKey(session.tenantId, session.agentId)) ?? 0,
      }));
    idle.sort(
      (a, b) =>
        Number(a.live) - Number(b.live) ||
        b.siblings - a.siblings ||
        a.session.lastAt - b.session.lastAt ||
        (a.session.key < b.session.key ? -1 : 1),
    );
    for (const { session } of idle.slice(0, Math.ceil(this.#maxSessions / 10))) {
      this.sessions.delete(session.key);
      this.#dirty.add(`session:${session.key}`);
    }
    // When little could be dropped, the next attempt waits: it costs a look at every session.
    this.#evictAbove = Math.max(this.#maxSessions, this.sessions.size + Math.ceil(this.#maxSessions / 100));
  }
}
