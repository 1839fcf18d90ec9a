import type { Debatable } from '../support/eval.ts';

interface Reason {
  readonly metric: string;
  readonly reason: string;
  readonly ids: readonly string[];
}

/** Labels that we read and dispute, by id. A label is listed for what it says, never because it is missed. */
const reasons: readonly Reason[] = [];

const byPlace = new Map(
  reasons.flatMap(({ metric, reason, ids }) => ids.map((id) => [`${metric} ${id}`, { metric, id, reason }] as const)),
);

/** The dispute over a label; undefined when there is none. */
export function debatableOf(metric: string, id: string): Debatable | undefined {
  return byPlace.get(`${metric} ${id}`);
}
