import type { ActKind, CallEvent, CredentialUse, Effect, SessionMode } from '@haltwire/schemas';
import { readVerbs } from '@haltwire/schemas';
import type { PolicyIndex, Responses, Standing } from '../policy-index.ts';
import { type Act, type AgentState, actOf } from '../state/agent.ts';
import { newMemory, type SessionMemory } from '../state/memory.ts';
import { stricter } from '../state/mode.ts';
import type { Failure, SecretSighting, SessionState } from '../state/session.ts';
import { judgeCredentials } from './credentials.ts';
import { impactOf } from './impact.ts';
import { kindOf } from './kinds.ts';

/** One effect, joined with the registry and with what this agent usually does. */
export interface JudgedEffect {
  readonly effect: Effect;
  readonly system: string;
  readonly isRead: boolean;
  /** The kind of harm that it may do; undefined for none. */
  readonly kind?: ActKind | undefined;
  /** Registry name of the target, when known. */
  readonly resourceName?: string | undefined;
  /** Environment that the registry proves; undefined = unknown. */
  readonly environment?: string | undefined;
  /** Environment that only the call or its sender names. It may raise, never lower. */
  readonly claimedEnvironments: readonly string[];
  readonly backups?: 'self' | 'elsewhere' | 'none' | undefined;
  /** Registry names of resources whose backups the target holds. */
  readonly backupsOf?: readonly string[] | undefined;
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
  /** What the session may do at present: the strictest of what harness, call and task say. */
  readonly mode: SessionMode;
  /** What the session remembers of its own doings. */
  readonly memory: SessionMemory;
  /** The policy's responses for this agent, task and environment. */
  readonly responses: Responses;
  /** Something in the call is more than a look. */
  readonly acts: boolean;
  /** The call starts another agent. */
  readonly startsAgent: boolean;
  /** Agents of the same root, when this call's agent has just become one of them. */
  readonly family?: number | undefined;
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
  counts: { readonly startsAgent: boolean; readonly family?: number | undefined },
): JudgeContext {
  const taskId = session.taskId ?? policy.agent(event.agentId)?.task;
  const memory = session.memory ?? newMemory();
  const acts = event.derived.opaque !== undefined || event.derived.effects.some(isAct);
  const place: Place = { event, agent, policy, taskId, remoteChange: acts && changesRemotely(event.derived.effects) };
  const effects = event.derived.effects.map((effect) => judgeEffect(effect, place));
  let worst: JudgedEffect | undefined;
  for (const candidate of effects) if (worst === undefined || candidate.impact > worst.impact) worst = candidate;
  return {
    event,
    session,
    agent,
    policy,
    now,
    taskId,
    mode: stricter(stricter(memory.mode?.name, event.claimed.mode), policy.task(taskId)?.mode),
    memory,
    responses: policy.responsesFor(event.agentId, taskId, worst?.environment),
    acts,
    startsAgent: counts.startsAgent,
    family: counts.family,
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

function isAct({ verb }: Effect): boolean {
  return !readVerbs.includes(verb);
}

/**
 * Signing in elsewhere to look is looking, and a program that may only look is given the doubt. What is not shown at all
 * (`ssh host` alone) counts as a change.
 */
function changesRemotely(effects: readonly Effect[]): boolean {
  const hosts = effects.filter(({ verb, resource }) => verb === 'execute' && resource === 'host');
  if (hosts.length === 0) return false;
  return hosts.length === effects.length || effects.some((one) => isAct(one) && !isPlainProgram(one));
}

function isPlainProgram({ verb, resource }: Effect): boolean {
  return verb === 'execute' && (resource === 'host' || resource === 'program' || resource === 'nothing');
}

interface Place {
  readonly event: CallEvent;
  readonly agent: AgentState;
  readonly policy: PolicyIndex;
  readonly taskId: string | undefined;
  readonly remoteChange: boolean;
}

function judgeEffect(effect: Effect, place: Place): JudgedEffect {
  const { event, agent, policy, taskId, remoteChange } = place;
  const known = policy.resource(effect);
  const declared = known?.resource.environment;
  const environment = declared === undefined ? undefined : policy.environmentName(declared);
  const responses = policy.responsesFor(event.agentId, taskId, environment);
  const impact = impactOf(effect, {
    environment,
    cwd: event.claimed.cwd,
    backups: known?.resource.backups,
    declared: known !== undefined,
    kinds: policy.policy.responses.kinds,
    remoteChange,
  });
  const grave = impact >= responses.highImpact;
  return {
    effect,
    system: policy.system(effect.target.host) ?? effect.system,
    isRead: !isAct(effect),
    kind: kindOf(effect, remoteChange),
    resourceName: known?.name,
    environment,
    claimedEnvironments: claimedEnvironments(effect, event, policy),
    backups: known?.resource.backups,
    backupsOf: known === undefined ? undefined : policy.backupsOn(known.name),
    impact,
    grave,
    timesBefore: (grave ? agent.graveActs : agent.acts).get(actOf(effect)) ?? 0,
  };
}

const NOWHERE: readonly string[] = [];

function claimedEnvironments({ target }: Effect, { claimed }: CallEvent, policy: PolicyIndex): readonly string[] {
  if (target.environment === undefined && claimed.environment === undefined && claimed.targets === undefined)
    return NOWHERE;
  const names = new Set<string>();
  for (const name of [
    target.environment,
    claimed.environment,
    ...(claimed.targets ?? []).map((one) => one.environment),
  ])
    if (name !== undefined) names.add(policy.environmentName(name));
  return [...names];
}

/** The credentials that authorise an effect: the one it names, or all of the call when it cannot tell. */
export function credentialsOf(context: JudgeContext, effect: Effect): readonly JudgedCredential[] {
  if (effect.credentialRef === undefined) return [];
  if (effect.credentialRef === 'unknown') return context.credentials;
  return context.credentials.filter((credential) => credential.use.fingerprint === effect.credentialRef);
}
