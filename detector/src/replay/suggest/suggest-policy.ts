import { type Policy, policySchema } from '@haltwire/schemas';
import { Draft, evidenceText, type Reason } from './draft.ts';
import type { Observer } from './observer.ts';
import { suggestApprovals, suggestBudgets } from './suggest-approvals.ts';
import { suggestCredentials } from './suggest-credentials.ts';
import { suggestResources } from './suggest-resources.ts';
import { suggestTasks } from './suggest-tasks.ts';

export type { Reason } from './draft.ts';

/** A policy that would fit what was seen. */
export interface Suggestion {
  readonly policy: Policy;
  readonly reasons: readonly Reason[];
  /** What was seen and is not proposed, and why, in words. */
  readonly leftOut: readonly string[];
}

/** Options of `suggestPolicy`. */
export interface SuggestOptions {
  /** Sessions of a task from which a list may be closed: what is not on it will be refused. Default 3. */
  readonly minSessions?: number | undefined;
  /** ... and calls. Default 20. */
  readonly minCalls?: number | undefined;
}

/**
 * Proposes a policy from observed work, with the evidence for each line. What the recorded policy already declares stays as
 * it is. Lists that refuse whatever is not on them are proposed only where enough was seen.
 *
 * - `minSessions`: 3 (default); `minCalls`: 20 (default)
 */
export function suggestPolicy(observer: Observer, options: SuggestOptions = {}): Suggestion {
  const { minSessions = 3, minCalls = 20 } = options;
  const draft = new Draft(observer, { minSessions, minCalls });
  const { policy, reasons, leftOut } = draft;
  for (const { name, host, evidence } of draft.systems.proposed()) {
    policy.systems[name] = { hosts: [...(policy.systems[name]?.hosts ?? []), host] };
    draft.because(['systems', name], `${host}: ${evidenceText(evidence)}`);
  }
  suggestCredentials(draft);
  suggestTasks(draft);
  suggestResources(draft);
  suggestApprovals(draft);
  suggestBudgets(draft);
  return { policy: policySchema.parse(policy), reasons: reasons.filter(({ path }) => stands(policy, path)), leftOut };
}

function stands(policy: Policy, path: readonly string[]): boolean {
  let value: unknown = policy;
  for (const key of path) value = (value as Record<string, unknown> | undefined)?.[key];
  return value !== undefined;
}
