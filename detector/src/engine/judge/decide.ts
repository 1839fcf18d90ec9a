import type { DecisionKind, Signal } from '@haltwire/schemas';
import type { TaggedFinding } from './check.ts';
import type { JudgeContext, JudgedEffect } from './context.ts';
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
  const high = impact >= context.responses.highImpact;
  const onlyReads = !context.acts;

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
    // What only might change something is a question while nothing may change.
    if (invariants.every(({ name }) => name === 'freeze') && !high && context.effects.every(mayOnlyLook))
      return { ...evidence, decision: 'hold', elevate: false };
    // Nobody declared what this agent may use: a found credential is a question to people, not a proven wrong.
    if (undeclared) return { ...evidence, decision: 'hold', elevate: true };
    return { ...evidence, decision: 'deny', elevate: true };
  }
  if (high && (indicators.length > 0 || !isFamiliar(context))) return { ...evidence, decision: 'hold', elevate: false };
  const asking = indicators.filter(({ response }) => response === 'hold');
  if (asking.length > 0)
    return { ...evidence, decision: 'hold', elevate: asking.some(({ name }) => !SAYS_LITTLE.has(name)) };
  if (indicators.length > 0)
    return { ...evidence, decision: 'alert', elevate: indicators.some(({ name }) => !SAYS_LITTLE.has(name)) };
  return { ...evidence, decision: 'allow', elevate: false };
}

/** Indicators that read words or count: worth a question, no reason to distrust what comes after. */
const SAYS_LITTLE = new Set([
  'scope-exceeds-task',
  'production-change',
  'runaway',
  'repeating',
  'kill-by-name',
  'path-expansion',
  'removes-what-others-made',
]);

/** A program that runs, of which nothing says that it changes anything. */
function mayOnlyLook({ isRead, effect, kind }: JudgedEffect): boolean {
  return isRead || ((effect.verb === 'execute' || effect.verb === 'unknown') && kind === undefined);
}

function declaresGrants(context: JudgeContext): boolean {
  return context.credentials.some((credential) => credential.standing !== 'unknown');
}
