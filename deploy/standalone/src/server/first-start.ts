import type { KeyStore } from '@haltwire/server';

/** What a first start hands to its operator, once. */
export interface FirstStart {
  /** Token of a person with role `admin`. */
  readonly adminToken: string;
  /** Key of the agent `FIRST_AGENT`. */
  readonly agentKey: string;
}

/** The agent that the first key is for: something to try with, to be replaced by agents with names of their own. */
export const FIRST_AGENT = 'my-agent';

/** Makes the first keys when there is no admin yet. */
export async function createFirstKeys(keys: KeyStore): Promise<FirstStart | undefined> {
  if (keys.list().some((key) => key.kind === 'person' && key.role === 'admin')) return undefined;
  const agent = await keys.create({ kind: 'agent', agentId: FIRST_AGENT }, 'first start');
  // The admin last: after a crash in between there is still none, and the next start makes both again.
  const admin = await keys.create({ kind: 'person', name: 'admin', role: 'admin' }, 'first start');
  return { adminToken: admin.secret, agentKey: agent.secret };
}
