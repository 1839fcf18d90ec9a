/**
 * OTLP in, authenticated, normalised, redacted, classified, onto the log; and from the log into ClickHouse.
 *
 * @module
 */
export { type Archiver, type ArchiverOptions, createArchiver } from './archive/archiver.ts';
export { type Classifier, type ClassifyInput, explain, loadClassifier } from './classify/index.ts';
export { type Collector, type CollectorOptions, createCollector } from './collector.ts';
export { type Limits, limitsSchema } from './config.ts';
