import { type Draft, evidenceText } from './draft.ts';
import { freeName, isName } from './names.ts';

/** So often people must have said yes to the same. */
const MIN_APPROVALS = 3;
const LASTS_MS = 30 * 86_400_000;

/** Acts that people approved again and again, always on the same target: for 30 days they need no question. */
export function suggestApprovals(draft: Draft): void {
  const { policy } = draft;
  for (const approval of draft.of('approval')) {
    const { agentId, target, verb, resource, evidence } = approval;
    if (evidence.calls < MIN_APPROVALS || !isName(agentId)) continue;
    const name = freeName(`${agentId}-${verb}-${resource}`, policy.standingApprovals);
    policy.standingApprovals[name] = {
      agents: [agentId],
      verbs: [verb],
      resources: [resource],
      systems: [draft.systems.of(approval)],
      targets: [target],
      expires: new Date(evidence.last + LASTS_MS).toISOString(),
      reason: `people approved it ${evidence.calls} times`,
    };
    draft.because(['standingApprovals', name], `approved by people: ${evidenceText(evidence)}`);
  }
}

/** Fewer calls than this tell no rate. */
const MIN_CALLS = 200;

/** How often people were told and asked, as numbers to keep. */
export function suggestBudgets(draft: Draft): void {
  const { calls, alerts, holds } = draft.observer.totals;
  const { budgets } = draft.policy;
  if (calls < MIN_CALLS) {
    draft.leftOut.push(`budgets: only ${calls} calls: too few to tell how often people are told and asked`);
    return;
  }
  const rate = (count: number): number => Math.ceil((1000 * count) / calls) + 1;
  budgets.alertsPer1000Calls ??= rate(alerts);
  budgets.holdsPer1000Calls ??= rate(holds);
  draft.because(['budgets'], `${calls} calls: ${alerts} alerts, ${holds} holds`);
}
