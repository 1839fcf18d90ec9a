import type { MetricSpec, MetricTable } from '@haltwire/schemas';

/** One metric as Prometheus knows it. */
export interface NamedMetric {
  /** Name in its table. */
  readonly name: string;
  /** Name in the exposition: `haltwire_collector_records_received_total`. */
  readonly exposed: string;
  readonly type: MetricSpec['type'];
  readonly help: string;
  readonly labels: readonly string[];
}

function snakeCase(name: string): string {
  return name
    .replaceAll(/[.-]/g, '_')
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

/**
 * The metrics of a table under their exposed names: the prefix, the name in snake case, `_total` for counters.
 *
 * @example
 * nameMetrics('haltwire_detector', { verdictsSent: 'Verdicts sent to agents.' });
 */
export function nameMetrics(prefix: string, table: MetricTable): NamedMetric[] {
  return Object.entries(table).map(([name, entry]) => {
    const {
      help,
      type,
      labels = [],
    }: MetricSpec = typeof entry === 'string' ? { help: entry, type: 'counter' } : entry;
    return { name, exposed: `${prefix}_${snakeCase(name)}${type === 'counter' ? '_total' : ''}`, type, help, labels };
  });
}

/** The metric of a key of `MetricValues`, and the values of its labels; undefined when the table knows none. */
export function resolveKey(
  metrics: readonly NamedMetric[],
  key: string,
): { readonly metric: NamedMetric; readonly labels: Readonly<Record<string, string>> } | undefined {
  const plain = metrics.find(({ name }) => name === key);
  if (plain !== undefined) return plain.labels.length === 0 ? { metric: plain, labels: {} } : undefined;
  const [metric] = metrics
    .filter(({ name, labels }) => labels.length > 0 && key.startsWith(`${name}.`))
    .sort((a, b) => b.name.length - a.name.length);
  if (metric === undefined) return undefined;
  const parts = key.slice(metric.name.length + 1).split('.');
  const later = metric.labels.length - 1;
  if (parts.length <= later) return undefined;
  // Only the first label's values may hold dots.
  const values = [parts.slice(0, parts.length - later).join('.'), ...parts.slice(parts.length - later)];
  return { metric, labels: Object.fromEntries(metric.labels.map((label, place) => [label, values[place] ?? ''])) };
}
