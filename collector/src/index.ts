/**
 * OTLP in, authenticated, normalised, redacted, classified, onto the log; and from the log into ClickHouse.
 *
 * @module
 */
export { type ArchiveLag, type Archiver, type ArchiverOptions, createArchiver } from './archive/archiver.ts';
export {
  type ClickHouseConfig,
  type ClickHouseConfigInput,
  clickHouseConfigSchema,
  parseClickHouseConfig,
} from './archive/config/config.ts';
export { CLICKHOUSE_VARIABLES, clickHouseConfigFromEnv } from './archive/config/env.ts';
export { openClickHouse } from './archive/config/open.ts';
export { archiverOptions, clickHouseSchema } from './archive/config/options.ts';
export { ARCHIVE_METRICS, type ArchiveMetricName } from './archive/metrics.ts';
export { type Classifier, type ClassifyInput, explain, loadClassifier } from './classify/index.ts';
export { type Collector, type CollectorOptions, createCollector } from './collector.ts';
export { type Limits, limitsSchema } from './config.ts';
export { type EventParts, eventOf } from './ingest/event.ts';
export { COLLECTOR_METRICS } from './metrics.ts';
export { normalise } from './normalise/normalise.ts';
export type { Normalised, NormaliseOptions } from './normalise/types.ts';
export type { OtlpLog } from './receive/otlp.ts';
