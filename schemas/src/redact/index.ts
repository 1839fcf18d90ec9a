/**
 * Finds secrets, fingerprints them and puts placeholders in their place. Used by the sdk before anything leaves the
 * process, and again by the collector.
 *
 * @module
 */
export { DEFAULT_FINGERPRINT_KEY, findPlaceholders, fingerprintOf, placeholderOf } from './fingerprint.ts';
export { createRedactor } from './redactor.ts';
export type * from './types.ts';
