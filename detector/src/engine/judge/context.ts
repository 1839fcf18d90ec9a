import type { CallEvent, CredentialUse, Effect } from '@haltwire/schemas';
import { readVerbs } from '@haltwire/schemas';
import type { PolicyIndex, Standing } from '../policy-index.ts';
import { type Act, type AgentState, actOf } from '../state/agent.ts';
import { hasFaded } from '../state/faded.ts';
import type { Failure, SecretSighting, SessionState } from '../state/session.ts';
import { impactOf } from './impact.ts';

/** One effect, joined with the registry and with what this agent usually does. */
export interface JudgedEffect {
  readonly effect: Effect;
  readonly system: string;
  readonly isRead: boolean;
  /** Registry name of the target, when known. */
  readonly resourceName?: string | undefined;
  /** Environment that the registry proves; undefined = unknown. */
  readonly environment?: string | undefined;
  /** Environment that only the call or its sender names. It may raise, never lower. */
  readonly claimedEnvironments: readonly string[];
  readonly backups?: 'self' | 'elsewhere' | 'none' | undefined;
  /** 0 to 1. */
  readonly impact: number;
  /** The impact is high by the policy's measure. */
  readonly grave: boolean;
  /** Calls of this agent with the same act, before this one; of a grave act, with grave ones. */
  readonly timesBefore: number;
}

/** One credential of the call, joined with grants and with where it came from. */
export interface JudgedCredential {
  readonly use: CredentialUse;
  readonly name?: string | undefined;
  readonly standing: Standing;
  /** First shown to the agent by a result, and never issued to it. */
  readonly found?: (SecretSighting & { readonly sessionId?: string }) | undefined;
}

/** Everything that invariants and indicators may look at. Pure data, made once per call. */
export interface JudgeContext {
  readonly event: CallEvent;
  readonly session: SessionState;
  readonly agent: AgentState;
  readonly policy: PolicyIndex;
  readonly now: number;
  readonly taskId: string | undefined;
  readonly effects: readonly JudgedEffect[];
  readonly worst: JudgedEffect | undefined;
  readonly impact: number;
  readonly credentials: readonly JudgedCredential[];
  /** The newest authorisation failure of this session, if any. */
  readonly lastRefusal: Failure | undefined;
}

/** Joins a call with session, agent and registry. */
export function judgeContext(
  event: CallEvent,
  session: SessionState,
  agent: AgentState,
  policy: PolicyIndex,
  now: number,
): JudgeContext {
  const taskId = session.taskId ?? policy.agent(event.agentId)?.task;
  const effects = event.derived.effects.map((effect) => judgeEffect(effect, event, agent, policy));
  const worst = effects.reduce<JudgedEffect | undefined>(
    (best, candidate) => (best === undefined || candidate.impact > best.impact ? candidate : best),
    undefined,
  );
  return {
    event,
    session,
    agent,
    policy,
    now,
    taskId,
    effects,
    worst,
    impact: worst?.impact ?? 0,
    credentials: judgeCredentials(event, session, agent, policy, taskId),
    lastRefusal: session.failures.findLast((failure) => failure.class === 'authorization'),
  };
}

/** The acts of a call, as the baseline counts them. */
export function actsOf(context: JudgeContext): Act[] {
  return context.effects.map(({ effect, grave }) => ({ name: actOf(effect), grave }));
}

function judgeEffect(effect: Effect, event: CallEvent, agent: AgentState, policy: PolicyIndex): JudgedEffect {
  const known = policy.resource(effect);
  const environment = known?.resource.environment;
  const claimed = [
    effect.target.environment,
    event.claimed.environment,
    ...(event.claimed.targets ?? []).map((target) => target.environment),
  ].filter((name) => name !== undefined);
  const impact = impactOf(effect, {
    environment,
    cwd: event.claimed.cwd,
    backups: known?.resource.backups,
    declared: known !== undefined,
  });
  const grave = impact >= policy.policy.responses.highImpact;
  return {
    effect,
    system: policy.system(effect.target.host) ?? effect.system,
    isRead: readVerbs.includes(effect.verb),
    resourceName: known?.name,
    environment,
    claimedEnvironments: [...new Set(claimed)],
    backups: known?.resource.backups,
    impact,
    grave,
    timesBefore: (grave ? agent.graveActs : agent.acts).get(actOf(effect)) ?? 0,
  };
}

function judgeCredentials(
  event: CallEvent,
  session: SessionState,
  agent: AgentState,
  policy: PolicyIndex,
  taskId: string | undefined,
): JudgedCredential[] {
  const uses = new Map<string, CredentialUse>();
  for (const use of [...event.derived.credentials, ...(event.claimed.credentials ?? [])]) {
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

/** The credentials that authorise an effect: the one it names, or all of the call when it cannot tell. */
export function credentialsOf(context: JudgeContext, effect: Effect): readonly JudgedCredential[] {
  if (effect.credentialRef === undefined) return [];
  if (effect.credentialRef === 'unknown') return context.credentials;
  return context.credentials.filter((credential) => credential.use.fingerprint === effect.credentialRef);
}
