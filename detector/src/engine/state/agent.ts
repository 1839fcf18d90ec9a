import type { Effect } from '@haltwire/schemas';
import { type Faded, fade } from './faded.ts';
import type { SecretSighting } from './session.ts';

/** Caps of one agent's memory. */
export const AGENT_CAPS = { counts: 512, secrets: 512 } as const;

/** What an agent usually does: first counts, learned only from gated calls that were allowed and ran. */
export interface AgentState {
  readonly tenantId: string;
  readonly agentId: string;
  /** Calls learned from. */
  calls: number;
  /** `verb resource` -> calls that had such an effect. */
  acts: Map<string, number>;
  /** The same, of effects with high impact only: mild practice is no habit of grave acts. */
  graveActs: Map<string, number>;
  /** Tool -> calls. */
  tools: Map<string, number>;
  /** Secrets that any session of this agent was shown: a new session does not launder them. */
  secrets: Map<string, SecretSighting & { readonly sessionId: string }>;
  /** Those that had to make room. */
  faded?: Faded;
}

/** An act as it is counted, and whether its impact was high. */
export interface Act {
  readonly name: string;
  readonly grave: boolean;
}

/** An agent that was never heard of before. */
export function newAgent(tenantId: string, agentId: string): AgentState {
  const counts = { acts: new Map(), graveActs: new Map(), tools: new Map() };
  return { tenantId, agentId, calls: 0, ...counts, secrets: new Map() };
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
export function learn(agent: AgentState, tool: string, acts: readonly Act[]): void {
  agent.calls += 1;
  count(agent.tools, tool);
  for (const name of new Set(acts.map((act) => act.name))) count(agent.acts, name);
  for (const name of new Set(acts.filter((act) => act.grave).map((act) => act.name))) count(agent.graveActs, name);
}

/** Remembers where a secret was first shown; what does not fit fades, but is never quite forgotten. */
export function rememberSecret(
  agent: AgentState,
  fingerprint: string,
  sighting: SecretSighting & { readonly sessionId: string },
): void {
  if (agent.secrets.has(fingerprint)) return;
  agent.secrets.set(fingerprint, sighting);
  if (agent.secrets.size <= AGENT_CAPS.secrets) return;
  for (const [oldest, { at }] of agent.secrets) {
    agent.faded = fade(agent.faded, oldest, at);
    agent.secrets.delete(oldest);
    return;
  }
}
