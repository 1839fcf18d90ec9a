import type { DecisionKind, Severity } from '@haltwire/schemas';
import type { JudgeContext } from './judge/context.ts';
import type { Judgement } from './judge/decide.ts';
import { describeAct } from './judge/words.ts';

const SEVERITIES: readonly Severity[] = ['info', 'low', 'medium', 'high', 'critical'];

/** The graver of two. */
export function highestSeverity(a: Severity, b: Severity): Severity {
  return SEVERITIES.indexOf(a) >= SEVERITIES.indexOf(b) ? a : b;
}

/** How grave a judgement is for the people who watch. */
export function severityOf(judgement: Judgement): Severity {
  const bySort: Record<DecisionKind, Severity> = {
    allow: 'info',
    alert: 'low',
    hold: 'medium',
    deny: 'medium',
    kill: 'critical',
  };
  const base = bySort[judgement.decision];
  if (judgement.decision === 'alert' && judgement.invariants.length > 0) return 'medium';
  if ((judgement.decision === 'hold' || judgement.decision === 'deny') && judgement.impact >= 0.5) return 'high';
  return base;
}

/** The act and its proofs in one paragraph of plain words. */
export function titleOf(context: JudgeContext, judgement: Judgement): string {
  const act =
    context.worst === undefined
      ? `calling ${context.event.claimed.tool?.name ?? 'a tool'}`
      : describeAct(context.worst);
  const proofs = [
    ...judgement.invariants,
    ...judgement.indicators.filter(({ name }) => name === 'backup-in-blast-radius'),
  ];
  const sentences = (proofs.length > 0 ? proofs : judgement.indicators).slice(0, 3).map(({ sentence }) => sentence);
  return [`${context.event.agentId} is ${act}.`, ...sentences].join(' ');
}

/** What the sdk tells the model and the harness. */
export function reasonOf(judgement: Judgement): string {
  const sentences = [...judgement.invariants, ...judgement.indicators].map(({ sentence }) => sentence);
  const novelty = judgement.signals.map(({ sentence }) => sentence);
  return (sentences.length > 0 ? sentences : novelty).join(' ').slice(0, 2000) || 'No finding.';
}

/** What a person should do next. */
export function nextOf(decision: DecisionKind): string | undefined {
  if (decision === 'kill') {
    return 'Check the evidence. Revoke the credential that was used. Release the session only if the act was intended.';
  }
  if (decision === 'hold') return 'Approve or deny. Without an answer the call is denied.';
  if (decision === 'deny')
    return 'If the act is part of the task, declare it in the policy; the session goes on without it.';
  return undefined;
}
