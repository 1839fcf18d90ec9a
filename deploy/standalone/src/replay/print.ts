import { styleText } from 'node:util';
import type { Difference, ReplayOutcome, ReplayReport, ReplayTally } from '@haltwire/detector';
import type { DecisionKind } from '@haltwire/schemas';
import { cut, oneLine } from '../terminal/text.ts';

/** How the two sides are named. */
export interface SideNames {
  readonly was: string;
  readonly wouldBe: string;
}

const WORDS = { allow: 'allowed', alert: 'alerted', hold: 'held', deny: 'denied', kill: 'killed' } as const;
const COLOURS: Readonly<Record<DecisionKind, Parameters<typeof styleText>[0]>> = {
  allow: 'green',
  alert: 'yellow',
  hold: ['bold', 'yellow'],
  deny: ['bold', 'red'],
  kill: ['bold', 'white', 'bgRed'],
};

const number = (value: number): string => value.toLocaleString('en-US');
const moment = (time: number): string => `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')}`;
const plural = (count: number, one: string, many = `${one}s`): string => `${number(count)} ${count === 1 ? one : many}`;

function rowsOf(tally: ReplayTally): readonly (readonly [string, number])[] {
  return [
    ['calls', tally.calls],
    ...(Object.keys(WORDS) as (keyof typeof WORDS)[]).map((kind) => [WORDS[kind], tally.decisions[kind]] as const),
    ['only observed', tally.observed],
    ['sessions interrupted', tally.sessionsInterrupted],
    ['sessions killed', tally.sessionsKilled],
  ];
}

function tableLines({ was, wouldBe }: ReplayReport, names: SideNames): string[] {
  const left = was === undefined ? undefined : rowsOf(was);
  const right = rowsOf(wouldBe);
  const width = Math.max(...right.map(([name]) => name.length)) + 2;
  const columns = left === undefined ? [names.wouldBe] : [names.was, names.wouldBe];
  const widths = columns.map((name) => Math.max(10, name.length + 2));
  const line = (head: string, cells: readonly string[]): string =>
    `${head.padEnd(width)}${cells.map((cell, place) => cell.padStart(widths[place] ?? 10)).join('')}`;
  return [
    styleText('dim', line('', columns)),
    ...right.map(([name, value], place) => {
      const before = left?.[place]?.[1];
      const text = line(name, before === undefined ? [number(value)] : [number(before), number(value)]);
      return before === undefined || before === value ? text : styleText('bold', text);
    }),
  ];
}

function outcomeText({ decision, mode }: ReplayOutcome): string {
  const word = WORDS[decision];
  return mode === 'observe' && decision !== 'allow'
    ? `only observed (would be ${word})`
    : styleText(COLOURS[decision], word);
}

function differenceLines(difference: Difference, width: number): string[] {
  const { logTime, sessionKey, shown, was, wouldBe, why, afterEarlier } = difference;
  const session = sessionKey.split('/').slice(1).map(decodeURIComponent).join('/');
  const after = afterEarlier ? styleText('dim', '  (after an earlier difference of this session)') : '';
  return [
    '',
    `${styleText('dim', moment(logTime))}  ${oneLine(session)}  ${outcomeText(was)} → ${outcomeText(wouldBe)}${after}`,
    `    ${cut(oneLine(shown), width - 4)}`,
    ...why.map((reason) => styleText('dim', `    ${cut(oneLine(reason), width - 4)}`)),
  ];
}

function fidelityLine({ fidelity }: ReplayReport): string[] {
  if (fidelity === undefined) return [];
  const { recorded, same, identical } = fidelity;
  if (recorded === identical)
    return [`The engine gives all ${plural(recorded, 'recorded decision')} again, byte for byte.`];
  if (recorded === same) return [`The engine gives all ${plural(recorded, 'recorded decision')} again.`];
  return [
    styleText('yellow', `The engine gives ${number(same)} of ${plural(recorded, 'recorded decision')} again.`),
    'The others were made by another version, or on records that are no longer there.',
  ];
}

/** What a replay found, for people: summary, table, and the first `limit` differences. */
export function reportLines(
  report: ReplayReport,
  { source, names, limit, width }: { source: string; names: SideNames; limit: number; width: number },
): string[] {
  const { records, firstTime, lastTime, unreadable, silenced, differences, moreDifferences } = report;
  const span =
    firstTime === undefined || lastTime === undefined ? '' : `, ${moment(firstTime)} to ${moment(lastTime)} UTC`;
  const all = differences.length + moreDifferences;
  const shown = differences.slice(0, limit);
  const left = all - shown.length;
  return [
    `Replayed ${plural(records, 'record')} of ${source}${span}.`,
    ...(unreadable === 0 ? [] : [styleText('yellow', `${plural(unreadable, 'record')} could not be read.`)]),
    ...fidelityLine(report),
    '',
    ...tableLines(report, names),
    ...(report.was === undefined
      ? []
      : [
          '',
          all === 0
            ? 'No difference.'
            : `${plural(all, 'difference')} in ${plural(report.differingSessions, 'session')}:`,
        ]),
    ...shown.flatMap((difference) => differenceLines(difference, width)),
    ...(left === 0
      ? []
      : ['', `… and ${number(left)} more: --limit N shows more of them, --json ${number(differences.length)}.`]),
    ...(silenced === 0
      ? []
      : [
          '',
          `${plural(silenced, 'recorded event')} followed from calls that would have been stopped, and count for nothing.`,
        ]),
  ];
}
