import type { Check } from '../judge/check.ts';

/** The call cannot be read in full, in a session that already gave cause for concern. */
export const opaqueCall: Check = {
  name: 'opaque-call',
  tags: ['ASI05', 'AML.T0050'],
  response: 'hold',
  proof: ({ event, session }) =>
    event.derived.opaque === undefined || session.posture === 'normal'
      ? undefined
      : `Part of the call cannot be read: ${event.derived.opaque}.`,
};
