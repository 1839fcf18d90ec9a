import type { Policy } from '@haltwire/schemas';
import type { JudgeContext, JudgedEffect } from '../judge/context.ts';

/** A freeze window, compiled. */
export interface Freeze {
  readonly name: string;
  readonly rule: Policy['freezes'][string];
  /** Log times. */
  readonly from: number;
  readonly until: number;
}

/** Compiles the policy's freeze windows. */
export function freezesOf(policy: Policy): Freeze[] {
  return Object.entries(policy.freezes).map(([name, rule]) => ({
    name,
    rule,
    from: Date.parse(rule.from),
    until: Date.parse(rule.until),
  }));
}

/**
 * The window that an effect falls into, at the log's time; the end no longer belongs to it.
 *
 * Three-valued: a window for some environments says nothing of an effect whose environment nobody knows. Work on files and
 * local programs is the harness's ground and is frozen only where a window names its system or the registry the target.
 */
export function freezeOf(context: JudgeContext, judged: JudgedEffect): Freeze | undefined {
  return context.policy.freezes.find(
    (freeze) => freeze.from <= context.now && context.now < freeze.until && fits(freeze, context, judged),
  );
}

function fits({ rule }: Freeze, { event, taskId, policy }: JudgeContext, judged: JudgedEffect): boolean {
  if (rule.agents !== undefined && !rule.agents.includes(event.agentId)) return false;
  if (taskId !== undefined && rule.exceptTasks?.includes(taskId) === true) return false;
  if (rule.systems !== undefined) {
    if (!rule.systems.includes(judged.system)) return false;
  } else if (judged.resourceName === undefined && isLocal(judged)) return false;
  if (rule.environments === undefined) return true;
  const frozen = rule.environments.map((name) => policy.environmentName(name));
  const places = judged.environment === undefined ? judged.claimedEnvironments : [judged.environment];
  return places.some((place) => frozen.includes(place));
}

function isLocal({ system, effect, kind }: JudgedEffect): boolean {
  return system === 'filesystem' || ((effect.verb === 'execute' || effect.verb === 'unknown') && kind === undefined);
}
