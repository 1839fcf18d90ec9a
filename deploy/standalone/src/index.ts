/**
 * Haltwire in one process: collector, detector, log and ClickHouse in one data folder.
 *
 * @module
 */
export { type EmbeddedLog, type LogOptions, openLog } from './log/open-log.ts';
export type { FirstStart } from './server/first-start.ts';
export { type Standalone, type StandaloneOptions, startStandalone } from './server/start-standalone.ts';
