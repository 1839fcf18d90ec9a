import { quantile } from 'simple-statistics';

/** One line of the report. Times are in microseconds. */
export interface Row {
  readonly what: string;
  readonly p50: number;
  readonly p99: number;
  /** Least and greatest of the rounds' medians. */
  readonly spread?: readonly [number, number] | undefined;
  /** What it is held against, in words and ratios. */
  readonly beside?: string | undefined;
  /** The most that p99 may be. */
  readonly budget?: number | undefined;
}

/** A row of samples, which came in rounds of equal length. */
export function rowOf(
  what: string,
  rounds: readonly (readonly number[])[],
  rest: Pick<Row, 'beside' | 'budget'> = {},
): Row {
  const samples = rounds.flat();
  const medians = rounds.map((round) => quantile([...round], 0.5));
  const spread = rounds.length > 1 ? ([Math.min(...medians), Math.max(...medians)] as const) : undefined;
  return { what, p50: quantile(samples, 0.5), p99: quantile(samples, 0.99), spread, ...rest };
}

/** `16 us`, `2.41 ms`. */
export function time(microseconds: number): string {
  if (microseconds < 100) return `${microseconds.toFixed(1)} us`;
  return microseconds < 1000 ? `${microseconds.toFixed(0)} us` : `${(microseconds / 1000).toFixed(2)} ms`;
}

/** `4.2x the floor's p50, 3.0x its p99`. */
export function ratios(row: Pick<Row, 'p50' | 'p99'>, other: Pick<Row, 'p50' | 'p99'>, name: string): string {
  return `${(row.p50 / other.p50).toFixed(1)}x ${name}'s p50, ${(row.p99 / other.p99).toFixed(1)}x its p99`;
}

/** The rows as a table, then what was missed. */
export function table(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.what,
    time(row.p50),
    row.spread === undefined ? '' : `${time(row.spread[0])} - ${time(row.spread[1])}`,
    time(row.p99),
    row.budget === undefined ? '' : `${time(row.budget)} ${isMissed(row) ? 'MISSED' : 'kept'}`,
    row.beside ?? '',
  ]);
  const head = ['what', 'p50', 'rounds, min - max', 'p99', 'budget of p99', 'beside'];
  const widths = head.map((name, column) => Math.max(name.length, ...cells.map((line) => (line[column] ?? '').length)));
  const lines = [head, widths.map((width) => '-'.repeat(width)), ...cells].map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const missed = rows.filter(isMissed).map((row) => `  ${row.what}: ${time(row.p99)} of ${time(row.budget ?? 0)}`);
  const against = missed.length === 0 ? 'Every budget was kept.' : `Over budget in this run:\n${missed.join('\n')}`;
  return `${lines.join('\n')}\n\n${against}\n`;
}

function isMissed(row: Row): boolean {
  return row.budget !== undefined && row.p99 > row.budget;
}
