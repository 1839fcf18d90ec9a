import { COLLECTOR_METRICS, type Collector } from '@haltwire/collector';
import { DETECTOR_METRICS, type Detector } from '@haltwire/detector';
import type { MetricTable } from '@haltwire/schemas';
import type { MetricSource } from '@haltwire/server';
import type { History } from '../history/history.ts';
import type { EmbeddedLog } from '../log/open-log.ts';

/** Metrics of the embedded log, by name. */
export const LOG_METRICS = {
  commits: 'Commits to disk; appends that come while the disk is busy share one.',
  end: { help: 'Entries of a topic.', type: 'gauge', labels: ['topic'] },
} as const satisfies MetricTable;

/** Metrics of the history, by name. */
export const HISTORY_METRICS = {
  behind: { help: 'Entries of the log that are not in ClickHouse yet.', type: 'gauge' },
} as const satisfies MetricTable;

/** What the parts of a standalone server have counted. */
export function metricSourcesOf(parts: {
  collector: Collector;
  detector: Detector;
  log: EmbeddedLog;
  history: History;
}): MetricSource[] {
  const { collector, detector, log, history } = parts;
  return [
    { prefix: 'haltwire_collector', table: COLLECTOR_METRICS, read: () => collector.metrics() },
    { prefix: 'haltwire_detector', table: DETECTOR_METRICS, read: () => detector.metrics() },
    {
      prefix: 'haltwire_log',
      table: LOG_METRICS,
      read() {
        const { commits, ends } = log.stats();
        const byTopic = Object.entries(ends).map(([topic, end]) => [`end.${topic}`, end] as const);
        return { commits, ...Object.fromEntries(byTopic) };
      },
    },
    {
      prefix: 'haltwire_history',
      table: HISTORY_METRICS,
      async read() {
        const behind = await history.lag();
        return behind === undefined ? {} : { behind };
      },
    },
  ];
}
