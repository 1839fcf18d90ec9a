import { KEY_METRICS, ROLE_METRICS } from '@haltwire/cluster';
import { ARCHIVE_METRICS, COLLECTOR_METRICS } from '@haltwire/collector';
import { DETECTOR_METRICS, REPLICA_METRICS } from '@haltwire/detector';
import { KAFKA_METRICS } from '@haltwire/kafka';
import type { MetricTable } from '@haltwire/schemas';
import { metricRows } from '@haltwire/server';
import { HISTORY_METRICS, LOG_METRICS } from '../../../deploy/standalone/src/server/metrics.ts';

const tables: readonly (readonly [prefix: string, table: MetricTable])[] = [
  ['haltwire_collector', COLLECTOR_METRICS],
  ['haltwire_detector', DETECTOR_METRICS],
  ['haltwire_detector', REPLICA_METRICS],
  ['haltwire', ARCHIVE_METRICS],
  ['haltwire_keys', KEY_METRICS],
  ['haltwire_role', ROLE_METRICS],
  ['haltwire_kafka', KAFKA_METRICS],
  ['haltwire_log', LOG_METRICS],
  ['haltwire_history', HISTORY_METRICS],
];

/** Where the list stands in the README. */
export const METRICS_README = 'deploy/server/README.md';
const BEGIN = '<!-- metrics: npm run metrics-list -->';
const END = '<!-- /metrics -->';

/** The README with its list of all metrics, as the tables have them. */
export function withMetricsList(readme: string): string {
  const begin = readme.indexOf(BEGIN);
  const end = readme.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`${METRICS_README} needs a line ${BEGIN} and, after it, a line ${END}`);
  const rows = tables.flatMap(([prefix, table]) => metricRows(prefix, table));
  const list = ['| metric | type | |', '|---|---|---|', ...rows].join('\n');
  return `${readme.slice(0, begin)}${BEGIN}\n\n${list}\n\n${readme.slice(end)}`;
}
