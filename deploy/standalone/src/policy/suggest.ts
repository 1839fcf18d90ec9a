import {
  newInterruptions,
  Observer,
  type Suggestion,
  type SuggestOptions,
  suggestPolicy,
  withdraw,
} from '@haltwire/detector';
import { readInputs } from '../replay/read-inputs.ts';
import type { RecordedLog } from '../replay/recorded-log.ts';
import { runReplay } from '../replay/run-replay.ts';

/** What is looked at. */
export interface SuggestRange extends SuggestOptions {
  /** Default: `default`. */
  readonly tenantId?: string | undefined;
  /** Log time after which nothing is looked at, ms. */
  readonly to?: number | undefined;
}

/** A suggestion, tried on the history that it comes from. */
export interface TriedSuggestion extends Suggestion {
  /** Sessions that count for nothing: something was denied or killed in them, or an invariant was violated. */
  readonly badSessions: number;
  /** Calls that were let pass and that the suggestion would stop all the same. */
  readonly newlyStopped: number;
}

/** Each round takes something back; what is left after this many is told. */
const ROUNDS = 8;

/**
 * Proposes a policy from recorded inputs, and tries it on them: what would stop calls of honest sessions that were let pass is taken back.
 */
export async function suggestFrom(log: RecordedLog, range: SuggestRange): Promise<TriedSuggestion> {
  const tenantId = range.tenantId ?? 'default';
  const observer = new Observer(tenantId);
  await readInputs(log, { what: 'reading', to: range.to }, (entry) => observer.process(entry));
  observer.finish();
  let suggestion = suggestPolicy(observer, range);
  for (let round = 0; ; round += 1) {
    const { differences } = await runReplay(log, { tenantId, to: range.to }, { policy: suggestion.policy });
    const stopped = newInterruptions(differences, observer.badSessions);
    const next = stopped.length === 0 ? suggestion : withdraw(suggestion, observer.policy, stopped);
    if (next === suggestion || round === ROUNDS)
      return { ...suggestion, badSessions: observer.badSessions.size, newlyStopped: stopped.length };
    suggestion = next;
  }
}
