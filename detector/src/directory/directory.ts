import type { CaseView, HoldView, SessionRecord, SessionRef, SessionView } from '@haltwire/schemas';
import { parseSessionKey } from '@haltwire/schemas';

/** How the API and the live stream look sessions up: in the engine beside them, or in what all owners have written. */
export interface SessionDirectory {
  /** The session's newest record, or undefined. */
  get(sessionKey: string): SessionRecord | undefined;
  /** All sessions of a tenant, in no order. */
  all(tenantId: string): Iterable<SessionRecord>;
}

/** Sessions of a tenant, newest activity first. */
export function sessionsOf(directory: SessionDirectory, tenantId: string): SessionRecord[] {
  return [...directory.all(tenantId)].sort((a, b) => b.session.lastAt - a.session.lastAt);
}

/** Open holds of a tenant, the one that expires first on top. */
export function holdsOf(directory: SessionDirectory, tenantId: string): HoldView[] {
  return [...directory.all(tenantId)].flatMap(({ holds }) => holds).sort((a, b) => a.expiresAt - b.expiresAt);
}

/** Cases of some sessions. */
export function casesOf(records: readonly SessionRecord[]): CaseView[] {
  return records.flatMap((record) => record.case ?? []);
}

/** The ids of a session. */
export function refOf({ sessionKey }: SessionView | HoldView): SessionRef {
  const ref = parseSessionKey(sessionKey);
  if (ref === undefined) throw new TypeError(`${sessionKey} is no session key`);
  return ref;
}
