import type { DecisionKind, Signal } from '@haltwire/schemas';
import type { TaggedFinding } from './check.ts';
import type { JudgeContext } from './context.ts';
import { isFamiliar, noveltySignals } from './novelty.ts';

/** What the evidence of one call asks for. */
export interface Judgement {
  readonly decision: DecisionKind;
  readonly invariants: readonly TaggedFinding[];
  readonly indicators: readonly TaggedFinding[];
  readonly signals: readonly Signal[];
  readonly impact: number;
  /** The session's posture should be raised. */
  readonly elevate: boolean;
}

/** Invariants whose violation by an act of high impact ends the session. */
const KILLS_AT_HIGH_IMPACT = new Set(['credential-not-found', 'lease-use']);
/** ... and those that do so when the only backups are in the blast radius. */
const KILLS_WITH_BACKUPS = new Set(['credential-granted', 'credential-purpose', 'environment']);
/** Violations that a read may commit without being refused: it is reported. */
const READS_MAY = new Set(['environment', 'credential-not-found']);

/**
 * Joins the evidence into one decision.
 *
 * Invariants may deny and kill; indicators may alert and hold, never kill; novelty only sharpens: a familiar act of
 * high impact needs an indicator to be held, an unfamiliar one does not.
 */
export function judge(
  context: JudgeContext,
  invariants: readonly TaggedFinding[],
  indicators: readonly TaggedFinding[],
): Judgement {
  const signals = noveltySignals(context);
  const { impact } = context;
  const evidence = { invariants, indicators, signals, impact };
  const high = impact >= context.policy.policy.responses.highImpact;
  const onlyReads = context.event.derived.opaque === undefined && context.effects.every((judged) => judged.isRead);

  if (invariants.length > 0) {
    const backups = indicators.some((finding) => finding.name === 'backup-in-blast-radius');
    const kills = invariants.some(
      ({ name }) => KILLS_AT_HIGH_IMPACT.has(name) || (backups && KILLS_WITH_BACKUPS.has(name)),
    );
    if (high && kills) return { ...evidence, decision: 'kill', elevate: true };
    const undeclared =
      invariants.every(({ name }) => name === 'credential-not-found') &&
      context.credentials.every((c) => c.standing === 'unknown');
    if (onlyReads && invariants.every(({ name }) => READS_MAY.has(name)) && (undeclared || !declaresGrants(context))) {
      return { ...evidence, decision: 'alert', elevate: true };
    }
    if (onlyReads && invariants.every(({ name }) => name === 'environment'))
      return { ...evidence, decision: 'alert', elevate: false };
    // Nobody declared what this agent may use: a found credential is a question to people, not a proven wrong.
    if (undeclared) return { ...evidence, decision: 'hold', elevate: true };
    return { ...evidence, decision: 'deny', elevate: true };
  }
  if (high && (indicators.length > 0 || !isFamiliar(context))) return { ...evidence, decision: 'hold', elevate: false };
  if (indicators.some(({ name }) => HOLDS_ALONE.has(name))) return { ...evidence, decision: 'hold', elevate: true };
  if (indicators.length > 0) return { ...evidence, decision: 'alert', elevate: true };
  return { ...evidence, decision: 'allow', elevate: false };
}

/** Indicators that ask a person whatever the impact, since the impact itself is what cannot be seen. */
const HOLDS_ALONE = new Set(['credential-switch-after-denial', 'opaque-call']);

function declaresGrants(context: JudgeContext): boolean {
  return context.credentials.some((credential) => credential.standing !== 'unknown');
}
