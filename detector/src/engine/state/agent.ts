import type { ApprovalScope, Effect } from '@haltwire/schemas';
import { type Faded, fade } from './faded.ts';
import type { SecretSighting } from './session.ts';

/** Caps of one agent's memory. */
export const AGENT_CAPS = { counts: 512, secrets: 512, addressees: 512, approvals: 64, family: 1024 } as const;

/** Acts of one agent that a person said are expected, until a moment. */
export interface Approval {
  readonly scope: ApprovalScope;
  /** Log time. */
  readonly expiresAt: number;
  readonly by: string;
  readonly reason: string;
}

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
  /** To whom it sent, paid or granted before, in calls that were allowed and ran. */
  addressees?: Map<string, number>;
  /** Standing approvals that people's commands made, by id. */
  approvals?: Map<string, Approval>;
  /** Of a root agent: the agents below it, by their first call's log time. */
  family?: Map<string, number>;
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

/** Counts those whom a call reached. A full memory learns nobody new. */
export function learnAddressees(agent: AgentState, addressees: readonly string[]): void {
  if (addressees.length === 0) return;
  const known = agent.addressees ?? new Map<string, number>();
  agent.addressees = known;
  for (const one of addressees) {
    const times = known.get(one);
    if (times !== undefined || known.size < AGENT_CAPS.addressees) known.set(one, (times ?? 0) + 1);
  }
}

/** Counts an agent into its root's family. Answers how many there are now, and whether this one is new. */
export function countFamily(root: AgentState, agentId: string, now: number): { size: number; isNew: boolean } {
  const family = root.family ?? new Map<string, number>();
  root.family = family;
  const isNew = !family.has(agentId) && family.size < AGENT_CAPS.family;
  if (isNew) family.set(agentId, now);
  return { size: family.size, isNew };
}
