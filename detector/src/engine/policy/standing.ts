import type { ApprovalScope, Policy } from '@haltwire/schemas';
import type { JudgeContext, JudgedEffect } from '../judge/context.ts';

/** A standing approval, compiled. */
export interface Standing {
  readonly name: string;
  readonly scope: ApprovalScope;
  readonly agents?: readonly string[] | undefined;
  readonly tasks?: readonly string[] | undefined;
  /** Log time from which it no longer counts. */
  readonly expiresAt: number;
  readonly reason: string;
}

/** Compiles the policy's standing approvals. */
export function standingOf(policy: Policy): Standing[] {
  return Object.entries(policy.standingApprovals).map(([name, { agents, tasks, expires, reason, ...scope }]) => ({
    name,
    scope,
    agents,
    tasks,
    expiresAt: Date.parse(expires),
    reason,
  }));
}

/**
 * The standing approvals under which everything that the call does may pass; undefined when something is not covered.
 *
 * Looks need none. A call that cannot be read in full is never covered.
 */
export function approvalsFor(context: JudgeContext): Standing[] | undefined {
  const open = openApprovals(context);
  if (open.length === 0 || context.event.derived.opaque !== undefined) return undefined;
  const used = new Set<Standing>();
  for (const judged of context.effects) {
    if (judged.isRead || judged.impact === 0) continue;
    const approval = open.find(({ scope }) => coversEffect(context, scope, judged));
    if (approval === undefined) return undefined;
    used.add(approval);
  }
  return used.size === 0 ? undefined : [...used];
}

function openApprovals({ policy, agent, event, taskId, now }: JudgeContext): Standing[] {
  const byPolicy = policy.standingApprovals.filter(
    (one) =>
      now < one.expiresAt &&
      (one.agents === undefined || one.agents.includes(event.agentId)) &&
      (one.tasks === undefined || (taskId !== undefined && one.tasks.includes(taskId))),
  );
  if (agent.approvals === undefined) return byPolicy;
  const byPeople = [...agent.approvals]
    .filter(([, { expiresAt }]) => now < expiresAt)
    .map(([name, { scope, expiresAt, reason }]) => ({ name, scope, expiresAt, reason }));
  return [...byPolicy, ...byPeople];
}

function coversEffect({ policy }: JudgeContext, scope: ApprovalScope, judged: JudgedEffect): boolean {
  const { verb, resource } = judged.effect;
  if (scope.verbs !== undefined && !scope.verbs.includes(verb)) return false;
  if (scope.resources !== undefined && !scope.resources.includes(resource)) return false;
  if (scope.systems !== undefined && !scope.systems.includes(judged.system)) return false;
  if (scope.environments !== undefined) {
    // Only the registry proves where something is: a sender's word opens no door.
    const { environment } = judged;
    if (environment === undefined || !scope.environments.some((name) => policy.environmentName(name) === environment))
      return false;
  }
  return scope.targets === undefined || scope.targets.some((pattern) => isTarget(pattern, judged));
}

function isTarget(pattern: string, { effect, resourceName }: JudgedEffect): boolean {
  const { id, path, host } = effect.target;
  const names = [resourceName, path, host, path === undefined ? id : undefined];
  return names.some((name) => {
    if (name === undefined) return false;
    if (!pattern.endsWith('*')) return name === pattern;
    // `/srv/tmp/*` must not reach `/srv/tmp/../..`, nor all of a place by a pattern in the call.
    return name.startsWith(pattern.slice(0, -1)) && !name.split('/').includes('..') && effect.scope !== 'all';
  });
}
