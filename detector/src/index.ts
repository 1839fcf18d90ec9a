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
export type { Difference, ReplayOutcome } from './replay/compare.ts';
export { type Fidelity, Replay, type ReplayOptions, type ReplayReport } from './replay/replay.ts';
export { Observer } from './replay/suggest/observer.ts';
export { type Reason, type Suggestion, type SuggestOptions, suggestPolicy } from './replay/suggest/suggest-policy.ts';
export { newInterruptions, withdraw } from './replay/suggest/withdraw.ts';
export type { ReplayTally } from './replay/tally.ts';
export { createDetectorReplica, type DetectorReplica, type DetectorReplicaOptions } from './replica/replica.ts';
