import { styleText } from 'node:util';
import { cut, oneLine, wrap } from '../terminal/text.ts';
import type { CredentialWay } from './credentials.ts';
import type { Explanation, Moment } from './explanation.ts';

/** Moments of the session that are shown before and after the decision. */
const BEFORE = 12;
const AFTER = 6;

const bold = (text: string): string => styleText('bold', text);
const dim = (text: string): string => styleText('dim', text);

function span(ms: number): string {
  const size = Math.abs(ms);
  const text =
    size < 1000
      ? `${size} ms`
      : size < 90_000
        ? `${Math.round(size / 1000)} s`
        : size < 5_400_000
          ? `${Math.round(size / 60_000)} min`
          : `${Math.round(size / 3_600_000)} h`;
  return ms === 0 ? text : ms < 0 ? `-${text}` : `+${text}`;
}

function paragraph(text: string, width: number, indent = 2): string[] {
  return wrap(oneLine(text), width - indent).map((line) => `${' '.repeat(indent)}${line}`);
}

function findingLines(title: string, findings: Explanation['invariants'], width: number): string[] {
  if (findings.length === 0) return [];
  return ['', bold(title), ...findings.flatMap(({ name, sentence }) => paragraph(`${name}: ${sentence}`, width))];
}

function seenText({ firstSeen, historyKnown }: CredentialWay, at: number): string {
  if (firstSeen === undefined) {
    return historyKnown
      ? 'No result of this session showed it before.'
      : 'Where it was first seen is not known here: the history does not reach that far yet.';
  }
  if (firstSeen.sentence !== undefined) return firstSeen.sentence;
  const where = firstSeen.source ?? `the result of call ${firstSeen.call}`;
  return `This session first saw it in ${where}, ${span(at - firstSeen.at).replace('+', '')} before.`;
}

function wayLines(way: CredentialWay, at: number, width: number): string[] {
  const called = way.name === undefined ? 'A credential that the policy does not name' : `Credential "${way.name}"`;
  const issued =
    way.issuedFor === undefined ? 'Nobody declared what it was issued for.' : `It was issued for ${way.issuedFor}.`;
  const holders =
    way.issuedTo.length === 0
      ? 'It was issued to no agent and no task.'
      : `It was issued to ${way.issuedTo.join(', ')}.`;
  const seen = seenText(way, at);
  const used =
    way.usedBefore === 0
      ? ''
      : ` The session had used it ${way.usedBefore === 1 ? 'once' : `${way.usedBefore} times`} before.`;
  return paragraph(`${called} (${way.fingerprint.slice(0, 12)}…). ${issued} ${holders} ${seen}${used}`, width);
}

function momentLines(moments: readonly Moment[], width: number): string[] {
  return moments.map(({ offsetMs, decision, what }) => {
    const head = `  ${span(offsetMs).padStart(8)}  ${decision.padEnd(6)} `;
    return `${dim(head)}${cut(oneLine(what), Math.max(20, width - head.length))}`;
  });
}

function timelineLines(title: string, moments: readonly Moment[], left: number, width: number): string[] {
  if (moments.length === 0) return [];
  return ['', bold(title), ...(left > 0 ? [dim(`  … ${left} earlier`)] : []), ...momentLines(moments, width)];
}

/** An explanation for people. */
export function explanationLines(explanation: Explanation, width: number): string[] {
  const { title, at, severity, agentId, sessionKey, taskId, callId, shown, signals, impact } = explanation;
  const { before, after, next, tags, credentials } = explanation;
  const who = [`agent ${agentId}`, `session ${sessionKey}`, ...(taskId === undefined ? [] : [`task ${taskId}`])];
  const recent = before.slice(-BEFORE);
  const laterOn = after.slice(0, AFTER);
  return [
    bold(`${explanation.decision.toUpperCase()}  ${severity}  ${new Date(at).toISOString()}`),
    ...paragraph(title, width, 0),
    '',
    oneLine(explanation.outcome),
    dim(oneLine(who.join(', '))),
    dim(
      oneLine(
        `decision ${explanation.decisionId}, case ${explanation.caseId}${callId === undefined ? '' : `, call ${callId}`}`,
      ),
    ),
    ...(shown === undefined ? [] : ['', bold('What would run'), ...paragraph(shown, width)]),
    ...findingLines('What is proven', explanation.invariants, width),
    ...findingLines('What points to it', explanation.indicators, width),
    ...(signals.length === 0
      ? []
      : ['', bold('What is unusual'), ...signals.flatMap(({ sentence }) => paragraph(sentence, width))]),
    ...(shown === undefined ? [] : ['', `${bold('Impact')} ${impact} of 1`]),
    ...(credentials.length === 0 ? [] : ['', bold('Where the credential came from')]),
    ...credentials.flatMap((way) => wayLines(way, at, width)),
    ...timelineLines('Before it', recent, before.length - recent.length, width),
    ...timelineLines('After it', laterOn, 0, width),
    ...(after.length > laterOn.length ? [dim(`  … ${after.length - laterOn.length} more`)] : []),
    ...(next.length === 0 ? [] : ['', bold('What to do next'), ...next.flatMap((step) => paragraph(step, width))]),
    ...(tags.length === 0 ? [] : ['', bold('Known as')]),
    ...tags.map(
      ({ id, catalogue, name }) =>
        `  ${id}${name === undefined ? '' : ` ${name}`}${catalogue === 'other' ? '' : dim(` (${catalogue})`)}`,
    ),
    ...(explanation.policyChanged ? ['', dim('The policy was replaced since: names may have changed.')] : []),
  ];
}
