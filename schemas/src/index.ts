/**
 * The contracts between Haltwire's packages. No I/O; depends on zod only.
 *
 * @module
 */
export * from './analyst.ts';
export * from './attributes.ts';
export * from './auth.ts';
export * from './canonical.ts';
export * from './cluster.ts';
export * from './credential.ts';
export * from './decision.ts';
export * from './digest.ts';
export * from './effect.ts';
export * from './errors.ts';
export * from './event.ts';
export * from './gateway.ts';
export * from './hash.ts';
export * from './ids.ts';
export * from './log.ts';
export * from './metrics.ts';
export * from './policy.ts';
export * from './read-only.ts';
export * from './record.ts';
export * from './redact/index.ts';
export * from './settings.ts';
export * from './topics.ts';
