import type { Effect } from '@haltwire/schemas';
import type { SecretSighting } from './session.ts';

/** Caps of one agent's memory. */
export const AGENT_CAPS = { counts: 512, secrets: 512 } as const;

/** What an agent usually does: first counts, learned only from calls that were allowed without a finding. */
export interface AgentState {
  readonly tenantId: string;
  readonly agentId: string;
  /** Calls learned from. */
  calls: number;
  /** `verb resource` -> calls that had such an effect. */
  acts: Map<string, number>;
  /** Tool -> calls. */
  tools: Map<string, number>;
  /** Secrets that any session of this agent was shown: a new session does not launder them. */
  secrets: Map<string, SecretSighting & { readonly sessionId: string }>;
}

/** An agent that was never heard of before. */
export function newAgent(tenantId: string, agentId: string): AgentState {
  return { tenantId, agentId, calls: 0, acts: new Map(), tools: new Map(), secrets: new Map() };
}

/** The act as it is counted: what is done to what kind of thing. */
export function actOf(effect: Effect): string {
  return `${effect.verb} ${effect.resource}`;
}

function count(map: Map<string, number>, key: string): void {
  const seen = map.get(key);
  // A full map stops learning new keys: novelty then stays novelty, which errs to the careful side.
  if (seen === undefined && map.size >= AGENT_CAPS.counts) return;
  map.set(key, (seen ?? 0) + 1);
}

/** Counts one call that ran. Each act counts once per call. */
export function learn(agent: AgentState, tool: string, effects: readonly Effect[]): void {
  agent.calls += 1;
  count(agent.tools, tool);
  for (const act of new Set(effects.map(actOf))) count(agent.acts, act);
}
