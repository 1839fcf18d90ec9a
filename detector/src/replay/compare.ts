import { type Decision, type DecisionKind, decisionRank, type Finding, sessionKeyOf } from '@haltwire/schemas';

/** What one run decided about a call. */
export interface ReplayOutcome {
  readonly decision: DecisionKind;
  readonly mode: Decision['mode'];
  readonly title: string;
  readonly findings: readonly Finding[];
  readonly impact: number;
}

/** A call about which two runs decide differently. */
export interface Difference {
  readonly sessionKey: string;
  readonly agentId: string;
  readonly callId?: string | undefined;
  readonly taskId?: string | undefined;
  readonly position: Decision['position'];
  readonly logTime: number;
  /** What would run, redacted. */
  readonly shown: string;
  /** What it acts on: ids, paths and hosts. */
  readonly targets: readonly string[];
  readonly was: ReplayOutcome;
  readonly wouldBe: ReplayOutcome;
  /** What makes the difference, in words. */
  readonly why: readonly string[];
  /** The session differs from the record since an earlier call: this one might never have been asked for. */
  readonly afterEarlier: boolean;
}

const NOTHING: ReplayOutcome = { decision: 'allow', mode: 'enforce', title: '', findings: [], impact: 0 };

/** A decision of the engine's own about an act; what follows from a person's answer or from an earlier decision is none. */
export function isJudgement(decision: Decision): boolean {
  if (decision.actor !== undefined || decision.cause === 'command' || decision.cause === 'acknowledgement')
    return false;
  return decision.cause !== 'timer' || (decision.holdId === undefined && decision.killId === undefined);
}

/** Hold, deny or kill that really stopped something. */
export function interrupts({ decision, mode }: Pick<Decision, 'decision' | 'mode'>): boolean {
  return mode === 'enforce' && decisionRank(decision) >= decisionRank('hold');
}

/** Pairs the judgements that two runs made of one record, and keeps the pairs that differ. */
export function differencesOf(
  was: readonly Decision[],
  wouldBe: readonly Decision[],
): Omit<Difference, 'afterEarlier'>[] {
  const left = byAct(was);
  const right = byAct(wouldBe);
  return [...new Set([...left.keys(), ...right.keys()])].sort().flatMap((act) => {
    const [before, after] = [left.get(act), right.get(act)];
    const subject = after ?? before;
    if (subject === undefined) return [];
    const [one, other] = [outcomeOf(before), outcomeOf(after)];
    const same = one.decision === other.decision && (one.decision === 'allow' || one.mode === other.mode);
    if (same) return [];
    return [
      {
        sessionKey: sessionKeyOf(subject),
        agentId: subject.agentId,
        callId: subject.callId,
        taskId: subject.taskId,
        position: subject.position,
        logTime: subject.logTime,
        shown: subject.shown ?? subject.title,
        targets: subject.effects.flatMap(({ target: { id, path, host } }) =>
          [id, path, host].filter((one) => one !== undefined),
        ),
        was: one,
        wouldBe: other,
        why: reasonsOf(one, other),
      },
    ];
  });
}

/** The judgements by call and cause, and by their place among those of the same. */
function byAct(decisions: readonly Decision[]): Map<string, Decision> {
  const acts = new Map<string, Decision>();
  for (const decision of decisions) {
    if (!isJudgement(decision)) continue;
    const name = JSON.stringify([sessionKeyOf(decision), decision.callId, decision.cause]);
    let place = 0;
    while (acts.has(`${name}${place}`)) place += 1;
    acts.set(`${name}${place}`, decision);
  }
  return acts;
}

function outcomeOf(decision: Decision | undefined): ReplayOutcome {
  if (decision === undefined) return NOTHING;
  const { mode, title, invariants, indicators, impact } = decision;
  return { decision: decision.decision, mode, title, findings: [...invariants, ...indicators], impact };
}

function reasonsOf(was: ReplayOutcome, wouldBe: ReplayOutcome): string[] {
  const lacks = (side: ReplayOutcome, name: string): boolean => side.findings.every((finding) => finding.name !== name);
  const reasons = [
    ...wouldBe.findings.filter(({ name }) => lacks(was, name)).map(({ name, sentence }) => `${name}: ${sentence}`),
    ...was.findings
      .filter(({ name }) => lacks(wouldBe, name))
      .map(({ name, sentence }) => `no longer ${name}: ${sentence}`),
  ];
  if (wouldBe.mode !== was.mode) {
    reasons.push(wouldBe.mode === 'observe' ? 'the agent is only observed' : 'the agent is no longer only observed');
  }
  if (reasons.length > 0) return reasons;
  if (was.impact !== wouldBe.impact) return [`the impact is ${wouldBe.impact}, not ${was.impact}`];
  const stricter = decisionRank(wouldBe.decision) > decisionRank(was.decision) ? wouldBe : was;
  return [stricter.title];
}
