import type { Debatable, EvalResult } from './eval.ts';
import type { GroupMetric, Metric } from './metrics.ts';

/** Groups of a table; the others are summed up in words. */
const MAX_GROUPS = 100;

/** The report for people: the metrics, a table per group, the debatable labels, the notes. */
export function render({ metrics, groups, debatable, notes }: EvalResult): string {
  const parts = [
    'Shares with 95 % intervals (Wilson); times between the order statistics that hold them 95 times of 100.\n',
    table(metrics.map(cells)),
    ...tables(groups),
    ...(debatable.length === 0 ? [] : [debates(debatable)]),
    ...(notes.length === 0 ? [] : [`${notes.join('\n')}\n`]),
  ];
  return `${parts.join('\n')}`;
}

function cells(metric: Metric): string[] {
  return [
    metric.name,
    number(metric),
    `${number({ ...metric, value: metric.lo })} - ${number({ ...metric, value: metric.hi })}`,
    String(metric.n),
  ];
}

/** Shares to a tenth of a per cent, times and rates as they are. */
function number({ name, value }: Metric): string {
  if (Number.isNaN(value)) return '-';
  if (/_us$/.test(name)) return `${value.toFixed(1)} us`;
  if (/\.per_1000_calls(?:\[|$)/.test(name)) return value.toFixed(2);
  return /_per_s$/.test(name) ? value.toFixed(0) : `${(value * 100).toFixed(2)} %`;
}

function tables(groups: readonly GroupMetric[]): string[] {
  const byPlace = Map.groupBy(groups, ({ metric, key }) => `${metric} by ${key}`);
  return [...byPlace]
    .filter(([, members]) => members.length > 1)
    .map(([place, members]) => {
      // The worst first, whichever way the metric points.
      const falls = /false_positive/.test(place) ? -1 : 1;
      const sorted = [...members].sort((a, b) => falls * (a.value - b.value) || b.n - a.n);
      const more = sorted.length > MAX_GROUPS ? `  and ${sorted.length - MAX_GROUPS} more groups\n` : '';
      return `${place}\n${table(sorted.slice(0, MAX_GROUPS).map((one) => [`  ${one.group || '(none)'}`, ...cells(one).slice(1)]))}${more}`;
    });
}

function table(rows: readonly string[][]): string {
  const width = (column: number): number => Math.max(0, ...rows.map((row) => (row[column] ?? '').length));
  const widths = [0, 1, 2, 3].map(width);
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  '),
    )
    .map((line) => `${line}\n`)
    .join('');
}

function debates(debatable: readonly Debatable[]): string {
  const byReason = Map.groupBy(debatable, ({ metric, reason }) => `${metric}: ${reason}`);
  const lines = [...byReason].map(([reason, all]) => `  ${reason}\n    ${all.map(({ id }) => id).join(' ')}`);
  return `Debatable labels that count as misses (${debatable.length}):\n${lines.join('\n')}\n`;
}
