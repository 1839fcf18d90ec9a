/**
 * The detector: a pure engine that judges each call, a gateway that says allow, hold, deny or kill, and the analysts' API.
 *
 * @module
 */
export { createDetector, type Detector, type DetectorOptions } from './detector.ts';
export { Engine } from './engine/engine.ts';
export { type ImpactFacts, impactOf } from './engine/judge/impact.ts';
export type { Output } from './engine/outputs.ts';
export type { Logger } from './logger.ts';
export { METRICS as DETECTOR_METRICS, REPLICA_METRICS } from './metrics.ts';
export { createDetectorReplica, type DetectorReplica, type DetectorReplicaOptions } from './replica/replica.ts';
