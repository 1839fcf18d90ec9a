import type { Posture } from '../types.ts';

/** What decides whether a call must ask first. */
export interface RouteFacts {
  readonly posture: Posture;
  readonly leaseLive: boolean;
  /** Plainly read-only, and carries no credential. */
  readonly readOnly: boolean;
  readonly readOnlyFailMode: 'open' | 'closed';
}

/**
 * How a call goes on:
 * `refuse` (locked), `leased` (at once, under the lease), `unleased` (at once, recorded without one), `ask` (round trip).
 */
export type Route = 'refuse' | 'leased' | 'unleased' | 'ask';

/**
 * Decides how a call goes on. Pure.
 *
 * @example
 * routeOf({ posture: 'normal', leaseLive: true, readOnly: true, readOnlyFailMode: 'open' }) // 'leased'
 */
export function routeOf(facts: RouteFacts): Route {
  if (facts.posture === 'locked') return 'refuse';
  if (!facts.readOnly) return 'ask';
  if (!facts.leaseLive) return facts.readOnlyFailMode === 'open' ? 'unleased' : 'ask';
  return facts.posture === 'normal' ? 'leased' : 'ask';
}
