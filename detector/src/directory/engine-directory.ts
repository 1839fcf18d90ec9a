import { sessionRecordOf } from '../analyst/views.ts';
import type { StateStore } from '../engine/state/store.ts';
import type { SessionDirectory } from './directory.ts';

/** The directory over one engine's state: always up to date. */
export function engineDirectory(store: StateStore): SessionDirectory {
  return {
    get(sessionKey) {
      const session = store.sessions.get(sessionKey);
      return session === undefined ? undefined : sessionRecordOf(session, store);
    },
    *all(tenantId) {
      for (const session of store.sessions.values())
        if (session.tenantId === tenantId) yield sessionRecordOf(session, store);
    },
  };
}
