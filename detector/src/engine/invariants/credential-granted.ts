import type { Check } from '../judge/check.ts';
import { describeCredential, listWords, sentence } from '../judge/words.ts';

/** Grants are declared, and a credential used is not among them. */
export const credentialGranted: Check = {
  name: 'credential-granted',
  tags: ['ASI03', 'AML.T0012'],
  proof: ({ credentials, event, taskId }) => {
    const foreign = credentials.filter((credential) => credential.standing === 'not-granted');
    if (foreign.length === 0) return undefined;
    const whom = taskId === undefined ? `agent ${event.agentId}` : `${event.agentId}'s task "${taskId}"`;
    return sentence(`${listWords(foreign.map(describeCredential))} was never issued to ${whom}.`);
  },
};
