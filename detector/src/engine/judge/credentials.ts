import type { CallEvent, CredentialUse } from '@haltwire/schemas';
import type { PolicyIndex } from '../policy-index.ts';
import type { AgentState } from '../state/agent.ts';
import { hasFaded } from '../state/faded.ts';
import type { SecretSighting, SessionState } from '../state/session.ts';
import type { JudgedCredential } from './context.ts';

const NONE: readonly JudgedCredential[] = [];

/** Joins the credentials of a call with grants and with where the agent saw them first. */
export function judgeCredentials(
  event: CallEvent,
  session: SessionState,
  agent: AgentState,
  policy: PolicyIndex,
  taskId: string | undefined,
): readonly JudgedCredential[] {
  const claimed = event.claimed.credentials ?? [];
  if (event.derived.credentials.length + claimed.length === 0) return NONE;
  const uses = new Map<string, CredentialUse>();
  for (const use of [...event.derived.credentials, ...claimed]) {
    if (!uses.has(use.fingerprint)) uses.set(use.fingerprint, use);
  }
  return [...uses.values()].map((use) => {
    const standing = policy.standing(use, event.agentId, taskId);
    const sighting =
      session.secrets.get(use.fingerprint) ?? agent.secrets.get(use.fingerprint) ?? fadedSighting(agent, use);
    return {
      use,
      name: policy.credential(use.fingerprint)?.name,
      standing,
      found: standing === 'granted' ? undefined : sighting,
    };
  });
}

function fadedSighting(agent: AgentState, { fingerprint, kind }: CredentialUse): SecretSighting | undefined {
  const { faded } = agent;
  return faded !== undefined && hasFaded(faded, fingerprint) ? { kind, callId: '', at: faded.at } : undefined;
}
