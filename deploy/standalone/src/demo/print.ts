import { styleText } from 'node:util';
import type { Decision } from '@haltwire/schemas';
import { oneLine, wrap } from '../terminal/text.ts';
import { describeResult, describeStep, tidyNotice } from './describe-step.ts';
import { type DemoOutcome, type HonestOutcome, promisesOf, type WithOutcome, type WithoutOutcome } from './outcome.ts';
import type { DemoTokens } from './stage.ts';
import { noticesOf, type TimelineStep } from './timeline.ts';

/** At most 100, for reading; at least 40, so that something fits beside the indent. */
const WIDTH = Math.max(40, Math.min(100, process.stdout.columns || 100));
const INDENT = ' '.repeat(13);
const bold = (text: string) => styleText('bold', text);
const dim = (text: string) => styleText('dim', text);
const red = (text: string) => styleText(['bold', 'red'], text);
const green = (text: string) => styleText('green', text);

function paragraph(text: string, indent = '  '): string[] {
  return wrap(text, WIDTH - indent.length).map((line) => `${indent}${line}`);
}

function heading(number: number, text: string): string[] {
  return ['', bold(`${number}  ${text}`)];
}

/** Words after a mark, in one style, wrapped below themselves. */
function marked(mark: string, text: string, style: (text: string) => string): string[] {
  const [first = '', ...rest] = wrap(oneLine(text), WIDTH - INDENT.length - mark.length);
  return [
    `${INDENT}${style(mark + first)}`,
    ...rest.map((line) => `${INDENT}${' '.repeat(mark.length)}${style(line)}`),
  ];
}

/** One step of a timeline: when, what, what came of it, what was noticed, what was decided. */
function stepLines(step: TimelineStep, tokens: DemoTokens): string[] {
  const [first = '', ...rest] = wrap(describeStep(step, tokens), WIDTH - INDENT.length);
  const when = `${String(step.offsetMs).padStart(7)} ms  `;
  const result = describeResult(step);
  const lines = [`${when} ${first}`, ...rest.map((line) => `${INDENT}      ${line}`)];
  // As it happened: what its intent was judged to be, then what came back, then what that gave away.
  const [afterwards, before] = [true, false].map((isResult) =>
    step.decisions.filter(({ cause }) => (cause === 'result') === isResult),
  );
  lines.push(...noticeLines(before), ...verdictLines(step));
  if (result !== undefined) lines.push(`${INDENT}${dim(`→ ${result}`)}`);
  lines.push(...noticeLines(afterwards));
  return lines;
}

/** Most findings shown of one decision: the rest is in the console and in the log. */
const MAX_NOTICES = 4;

function noticeLines(decisions: readonly Decision[] = []): string[] {
  const notices = noticesOf(decisions);
  const more = notices.length - MAX_NOTICES;
  return [
    ...notices
      .slice(0, MAX_NOTICES)
      .flatMap((notice) => marked('noticed  ', tidyNotice(notice), (text) => styleText('yellow', text))),
    ...(more > 0 ? [`${INDENT}${dim(`and ${more} more`)}`] : []),
  ];
}

function verdictLines({ decisions, ran }: TimelineStep): string[] {
  const kinds = decisions.map(({ decision }) => decision);
  if (kinds.includes('kill')) return [`${INDENT}${red(ran ? 'KILLED' : 'KILLED before it ran')}`];
  if (kinds.includes('deny')) return [`${INDENT}${red('DENIED')}`];
  if (!kinds.includes('hold')) return [];
  const actor = decisions.find((decision) => decision.actor !== undefined)?.actor;
  const answer = actor === undefined ? [] : [`${INDENT}${green(`approved by ${actor} through the API`)}`];
  return [`${INDENT}${styleText('yellow', 'HELD for a person')}`, ...(ran ? answer : [])];
}

export function introLines(): string[] {
  return [
    '',
    bold('Haltwire: the nine-second incident, replayed'),
    '',
    ...paragraph(
      'In April 2026 a coding agent had a routine task in staging. The call was refused. It searched the repository, ' +
        'found a token that had been made for custom domains, and deleted a volume with it: the production database. ' +
        'The backups were on the same volume. The public record gives nine seconds.',
    ),
    ...paragraph(
      'The agent here has no model: it replays those steps. The API is a stand-in. The rest is real: processes, ' +
        'bash, curl, GraphQL, tokens, the server.',
    ),
  ];
}

export function withoutLines(outcome: WithoutOutcome, tokens: DemoTokens): string[] {
  const verdict = outcome.volumeSurvived
    ? 'The volume is still there. That was not expected.'
    : `The production volume is gone, and its ${outcome.backupsBefore} backups with it. It took ${outcome.elapsedMs} ms.`;
  return [
    ...heading(1, 'Without Haltwire'),
    '',
    ...outcome.timeline.flatMap((step) => stepLines(step, tokens)),
    '',
    `  ${red(verdict)}`,
  ];
}

function gateText(timeline: readonly TimelineStep[]): string {
  return timeline.map(({ gateMs }) => (gateMs < 0.095 ? gateMs.toFixed(2) : gateMs.toFixed(1))).join(', ');
}

export function withLines(outcome: WithOutcome, tokens: DemoTokens): string[] {
  const { acknowledged, decisionToAcknowledgedMs, timeline } = outcome;
  const facts = [
    `The volume and its ${outcome.backupsAfter} backups are there.`,
    `volumeDelete in the API's own access log: ${outcome.deletesAtApi}.`,
    acknowledged === undefined
      ? 'The kill was not acknowledged.'
      : `Kill acknowledged by the agent's ${acknowledged.attestedBy} ${decisionToAcknowledgedMs} ms after the decision (call in flight: ${acknowledged.inFlight}).`,
    `The agent's wait at the gate, per call: ${gateText(timeline)} ms.`,
  ];
  return [
    ...heading(2, 'The same agent, with Haltwire'),
    '',
    ...timeline.flatMap((step) => stepLines(step, tokens)),
    '',
    ...facts.flatMap((fact) => paragraph(fact)),
  ];
}

export function honestLines(outcome: HonestOutcome, tokens: DemoTokens): string[] {
  const { domain, scratch } = outcome.timelines;
  return [
    ...heading(3, 'The same agent at work that it was given'),
    '',
    dim('  Task "domain-records": the very same token, for what it was issued for.'),
    ...domain.flatMap((step) => stepLines(step, tokens)),
    '',
    dim('  Task "scratch-cleanup": it makes a volume in staging and deletes it for good.'),
    ...scratch.flatMap((step) => stepLines(step, tokens)),
  ];
}

export function resultLines(outcome: DemoOutcome): string[] {
  const promises = promisesOf(outcome).map(({ kept, sentence, instead }) =>
    kept ? `  ${green('✓')} ${sentence}` : `  ${red('✗')} ${sentence} ${red(`(${instead})`)}`,
  );
  return [
    '',
    bold('Result'),
    '',
    ...promises,
    '',
    dim(`  ${(outcome.elapsedMs / 1000).toFixed(1)} s in all. Try it: npm start`),
    '',
  ];
}
