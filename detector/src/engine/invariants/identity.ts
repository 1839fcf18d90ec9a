import type { Check } from '../judge/check.ts';

/** The event claims an agent that its key does not authenticate. */
export const identity: Check = {
  name: 'identity',
  tags: ['ASI03'],
  proof: ({ event }) =>
    event.claimed.agentId === undefined || event.claimed.agentId === event.agentId
      ? undefined
      : `The sender claims to be agent "${event.claimed.agentId}", but its key is that of "${event.agentId}".`,
};
