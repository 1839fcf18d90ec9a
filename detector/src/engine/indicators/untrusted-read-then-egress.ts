import { isOutbound } from '../judge/acts.ts';
import type { Check } from '../judge/check.ts';
import { describeAct } from '../judge/words.ts';

/**
 * Content from outside was read, then something private, and now something leaves.
 *
 * Called for by issues, pages and mails with planted instructions that had private files or passwords sent out. Private is what
 * shows secrets or is made to hold them. Honest work: 0.6 per 10,000 calls, both of one session.
 */
export const untrustedReadThenEgress: Check = {
  name: 'untrusted-read-then-egress',
  tags: ['ASI01', 'AML.T0051', 'AML.T0086'],
  response: 'hold',
  proof: ({ effects, memory }) => {
    const { untrusted, sensitive } = memory;
    if (untrusted === undefined || sensitive === undefined) return undefined;
    const leaving = effects.find(isOutbound);
    if (leaving === undefined) return undefined;
    return `After content from outside (${untrusted.what}) and something private (${sensitive.what}), the agent is ${describeAct(leaving)}.`;
  },
};
