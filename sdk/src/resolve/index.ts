/**
 * Reads what a call's text leaves out: which database, cluster, project or account it would act on.
 *
 * @module
 */
export { type AmbientOptions, ambientTargets, resolvers } from './ambient-targets.ts';
export type { Files, ResolveContext, ResolvedTarget, TargetQuery, TargetResolver } from './types.ts';
