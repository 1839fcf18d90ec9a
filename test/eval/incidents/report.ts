import type { Shares } from '../support/metrics.ts';
import type { CheckRate, Tally } from './benign/tally.ts';
import type { CallVerdict } from './replay/lane.ts';
import type { Outcome } from './replay/play.ts';
import type { IncidentReport } from './run-incidents.ts';

/** How often each check fired on honest work: sessions and calls, by corpus. */
export function checkTable(tallies: readonly Tally[]): string[] {
  const [cold, warm, lookAlikes] = tallies;
  const table = (title: string, tally: Tally | undefined): string[] => {
    const rates = tally?.rates() ?? [];
    const corpora = [...new Set(rates.map(({ corpus }) => corpus))];
    if (corpora.length === 0) return [];
    const rows = [...Map.groupBy(rates, ({ check }) => check)].map(([check, all]) => [
      check,
      ...corpora.map((corpus) => cell(all.find((rate) => rate.corpus === corpus))),
    ]);
    return ['', `${title}: fires per 1,000 calls / % of sessions`, ...columns([['', ...corpora], ...rows])];
  };
  return [
    ...table('Checks on honest work, no history', cold),
    ...table('Checks on honest work, after the agent’s earlier sessions', warm),
    ...table('Checks on authorised look-alikes', lookAlikes),
  ];
}

function cell(rate: CheckRate | undefined): string {
  if (rate === undefined || rate.ofCalls === 0) return '-';
  const perCall = ((1000 * rate.calls) / rate.ofCalls).toFixed(2);
  return rate.calls === 0 ? '.' : `${perCall} / ${((100 * rate.sessions) / rate.ofSessions).toFixed(1)} %`;
}

/** Stopped and warned by pattern, for each way of playing. */
export function patternTable(shares: Shares): string[] {
  const modes = ['verbatim', 'default', 'granted', 'default.warm', 'granted.warm'];
  const groups = shares.groupMetrics().filter(({ key }) => key === 'pattern');
  const cellOf = (mode: string, what: string, pattern: string): string => {
    const one = groups.find(({ metric, group }) => metric === `incidents.${mode}.${what}` && group === pattern);
    return one === undefined ? '-' : `${Math.round(one.value * one.n)}/${one.n}`;
  };
  const patterns = [...new Set(groups.map(({ group }) => group))].sort();
  const rows = patterns.map((pattern) => [
    pattern,
    ...modes.map((mode) => cellOf(mode, 'stopped_before_harm', pattern)),
    cellOf('default', 'warned_before_harm', pattern),
    cellOf('granted', 'warned_before_harm', pattern),
  ]);
  return [
    '',
    'Stopped before harm, by pattern (an incident may have several)',
    ...columns([['', ...modes, 'default: warned', 'granted: warned'], ...rows]),
  ];
}

/** The incidents that were not stopped, with what was decided at each step; the harmful call bears a `!`. */
export function missLines(reports: readonly IncidentReport[]): string[] {
  const lines = (title: string, pick: (report: IncidentReport) => Outcome | undefined): string[] => {
    const missed = reports.filter((report) => pick(report)?.stopped === false);
    return ['', `${title} (${missed.length})`, ...missed.map((report) => missLine(report, pick(report)))];
  };
  const none = reports.filter(({ replayable }) => !replayable).map(({ incident }) => incident.id);
  return [
    ...lines('Not stopped under the default policy', ({ byDefault }) => byDefault),
    ...lines('Not stopped with the grants that the report states', ({ granted }) => granted),
    ...(none.length === 0 ? [] : ['', `No call of a tool does the harm, left out: ${none.join(' ')}`]),
  ];
}

function missLine({ incident, verbatim }: IncidentReport, outcome: Outcome | undefined): string {
  const steps = Map.groupBy(outcome?.verdicts.entries() ?? [], ([at]) => incident.calls[at]?.step ?? -1);
  const told = [...steps].map(([step, all]) => {
    const harm = step === incident.calls[incident.harmCall]?.step ? '!' : '';
    return `${step}${harm} ${short(all.map(([, verdict]) => verdict))}`;
  });
  return `  ${verbatim ? 'verbatim  ' : 'paraphrase'} ${incident.id}: ${told.join('; ')}`;
}

function short(verdicts: readonly CallVerdict[]): string {
  const last = verdicts.at(-1);
  if (last === undefined) return '-';
  const times = verdicts.length > 1 ? ` x${verdicts.length}` : '';
  const found = [...new Set([...last.invariants, ...last.indicators])];
  return `${last.said}${times} ${last.impact.toFixed(2)}${found.length === 0 ? '' : ` (${found.join(', ')})`}`;
}

function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows.map(
    (row) =>
      `  ${row.map((text, column) => (column === 0 ? text.padEnd(widths[0] ?? 0) : text.padStart(widths[column] ?? 0))).join('  ')}`,
  );
}
