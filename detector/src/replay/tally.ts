import { type Decision, type DecisionKind, sessionKeyOf } from '@haltwire/schemas';
import { interrupts, isJudgement } from './compare.ts';

/** What one run decided, counted. */
export interface ReplayTally {
  /** Calls that were asked for. */
  readonly calls: number;
  /** Judgements that took effect, by kind; `alert` also counts those about results and silence. */
  readonly decisions: Readonly<Record<DecisionKind, number>>;
  /** Judgements above allow of agents that are only observed. */
  readonly observed: number;
  readonly sessionsInterrupted: number;
  readonly sessionsKilled: number;
}

/** Counts the judgements of one run. */
export class Tally {
  #calls = 0;
  #observed = 0;
  readonly #decisions: Record<DecisionKind, number> = { allow: 0, alert: 0, hold: 0, deny: 0, kill: 0 };
  readonly #interrupted = new Set<string>();
  readonly #killed = new Set<string>();

  add(decision: Decision): void {
    if (!isJudgement(decision)) return;
    if (decision.cause === 'intent') this.#calls += 1;
    // What was merely noted about a result is no answer to a call.
    else if (decision.decision === 'allow') return;
    if (decision.mode === 'observe' && decision.decision !== 'allow') {
      this.#observed += 1;
      return;
    }
    this.#decisions[decision.decision] += 1;
    if (!interrupts(decision)) return;
    this.#interrupted.add(sessionKeyOf(decision));
    if (decision.decision === 'kill') this.#killed.add(sessionKeyOf(decision));
  }

  read(): ReplayTally {
    return {
      calls: this.#calls,
      decisions: { ...this.#decisions },
      observed: this.#observed,
      sessionsInterrupted: this.#interrupted.size,
      sessionsKilled: this.#killed.size,
    };
  }
}
