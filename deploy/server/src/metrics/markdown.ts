import type { MetricTable } from '@haltwire/schemas';
import { nameMetrics } from './names.ts';

/** Rows of a Markdown table that lists metrics: name with labels, type, help. */
export function metricRows(prefix: string, table: MetricTable): string[] {
  return nameMetrics(prefix, table).map(({ exposed, labels, type, help }) => {
    const name = labels.length === 0 ? exposed : `${exposed}{${labels.join(', ')}}`;
    return `| \`${name}\` | ${type} | ${help} |`;
  });
}
