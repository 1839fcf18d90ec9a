import type { Check } from '../judge/check.ts';

/**
 * The call cannot be read in full, in a session that already gave cause for concern.
 *
 * Called for by downloads that are piped into a shell, and by disguises. Honest work: 0.6 per 10,000 calls.
 */
export const opaqueCall: Check = {
  name: 'opaque-call',
  tags: ['ASI05', 'AML.T0050'],
  response: 'hold',
  proof: ({ event, session }) =>
    event.derived.opaque === undefined || session.posture === 'normal'
      ? undefined
      : `Part of the call cannot be read: ${event.derived.opaque}.`,
};
