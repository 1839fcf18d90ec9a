import { Replay, type ReplayReport } from '@haltwire/detector';
import type { Decision, Policy } from '@haltwire/schemas';
import { DecisionCursor } from './decision-cursor.ts';
import { readInputs } from './read-inputs.ts';
import type { ReadRange, RecordedLog } from './recorded-log.ts';

/** What a replay covers. */
export interface ReplayRange extends ReadRange {
  /** Log time from which decisions are counted and compared; what is before it is replayed all the same, to know it. */
  readonly from?: number | undefined;
}

/** Whether a decision is within the range. */
export function withinRange({ from, agentId, tenantId }: ReplayRange): (decision: Decision) => boolean {
  return (decision) =>
    (from === undefined || decision.logTime >= from) &&
    (agentId === undefined || decision.agentId === agentId) &&
    (tenantId === undefined || decision.tenantId === tenantId);
}

/**
 * Replays recorded inputs and compares: under `policy` with what was, or with `against`; without a policy, the engine as it
 * is now with the decisions that the log holds.
 */
export async function runReplay(
  log: RecordedLog,
  range: ReplayRange,
  policies: { readonly policy?: Policy | undefined; readonly against?: Policy | undefined },
): Promise<ReplayReport> {
  const replay = new Replay({ ...policies, counts: withinRange(range) });
  const cursor = new DecisionCursor(log);
  try {
    await readInputs(log, { what: 'replaying', to: range.to }, async (entry) => {
      replay.process(entry, await cursor.of(entry.position));
    });
  } finally {
    await cursor.close();
  }
  return replay.report();
}
