import type { MetricTable, MetricValues } from '@haltwire/schemas';
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { type NamedMetric, nameMetrics, resolveKey } from './names.ts';

/** A part of the process whose metrics are exposed. */
export interface MetricSource {
  /** Before every name: `haltwire_collector`. */
  readonly prefix: string;
  readonly table: MetricTable;
  /** The present values; what it leaves out is 0 (counters) or unknown (gauges). Called at each scrape. */
  read(): MetricValues | Promise<MetricValues>;
}

/** Metrics in Prometheus' text format. */
export interface Exposition {
  readonly contentType: string;
  text(): Promise<string>;
}

let processMetrics: Registry | undefined;

/** CPU, memory, event loop and garbage collection of this process: gathered once, however many servers it runs. */
function readProcess(): Promise<string> {
  if (processMetrics === undefined) {
    processMetrics = new Registry();
    collectDefaultMetrics({ register: processMetrics });
  }
  return processMetrics.metrics();
}

type Metric = Counter | Gauge;

function createMetric({ exposed, help, labels, type }: NamedMetric, registry: Registry): Metric {
  const settings = { name: exposed, help, labelNames: [...labels], registers: [registry] };
  return type === 'counter' ? new Counter(settings) : new Gauge(settings);
}

interface OpenSource {
  readonly source: MetricSource;
  readonly named: readonly NamedMetric[];
  readonly metrics: ReadonlyMap<string, Metric>;
}

function show({ named, metrics }: OpenSource, values: MetricValues): void {
  for (const metric of metrics.values()) metric.reset();
  for (const { name, type, labels } of named) {
    // prom-client shows 0 for what was never set, but nobody has measured that.
    if (type === 'gauge' && labels.length === 0 && values[name] === undefined) metrics.get(name)?.remove({});
  }
  for (const [key, value] of Object.entries(values)) {
    const found = resolveKey(named, key);
    if (found === undefined) continue;
    const metric = metrics.get(found.metric.name);
    if (metric instanceof Gauge) metric.set(found.labels, value);
    else metric?.inc(found.labels, value);
  }
}

/**
 * Exposes the metrics of the given parts, and those of the process, in Prometheus' text format.
 *
 * A part that cannot be read keeps its last values, and the others are told.
 *
 * @example
 * const { text } = createExposition([{ prefix: 'haltwire_detector', table: DETECTOR_METRICS, read: () => detector.metrics() }]);
 */
export function createExposition(sources: readonly MetricSource[]): Exposition {
  const registry = new Registry();
  const open: OpenSource[] = sources.map((source) => {
    const named = nameMetrics(source.prefix, source.table);
    return { source, named, metrics: new Map(named.map((metric) => [metric.name, createMetric(metric, registry)])) };
  });
  return {
    contentType: registry.contentType,
    async text() {
      await Promise.all(
        open.map(async (part) => {
          const values = await Promise.resolve()
            .then(() => part.source.read())
            .catch(() => undefined);
          if (values !== undefined) show(part, values);
        }),
      );
      return `${await registry.metrics()}\n${await readProcess()}`;
    },
  };
}
