import type { Redactor } from '@haltwire/schemas/redact';
import type { ResolvedTarget, TargetQuery } from '../resolve/types.ts';

/** Most targets of one call; the contract allows no more. */
const MAX_TARGETS = 16;

/** Options of `targetsOf`. */
export interface TargetsOptions {
  readonly resolveTargets: ((query: TargetQuery) => readonly ResolvedTarget[]) | undefined;
  readonly redactor: Redactor;
  /** Called with what the function threw. */
  readonly onError: (error: unknown) => void;
}

/** What a host's function says a call would act on: masked, and cut to what the contract allows. Never throws. */
export function targetsOf(query: () => TargetQuery, options: TargetsOptions): ResolvedTarget[] {
  const { resolveTargets, redactor, onError } = options;
  if (resolveTargets === undefined) return [];
  const masked = (text: unknown, most: number): string =>
    redactor.text(String(text)).value.slice(0, most).toWellFormed();
  try {
    return resolveTargets(query())
      .slice(0, MAX_TARGETS)
      .map(({ resolver, system, environment, id, evidence }) => ({
        resolver: masked(resolver, 64),
        system: masked(system, 64),
        ...(environment === undefined ? {} : { environment: masked(environment, 64) }),
        ...(id === undefined ? {} : { id: masked(id, 512) }),
        evidence: masked(evidence, 300),
      }));
  } catch (error) {
    onError(error);
    return [];
  }
}
