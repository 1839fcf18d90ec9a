import { isOutbound } from '../judge/acts.ts';
import { addressesIn, argumentText } from '../judge/addresses.ts';
import type { Check } from '../judge/check.ts';
import type { JudgeContext } from '../judge/context.ts';
import { describeAct } from '../judge/words.ts';
import { addressOf } from '../state/memory.ts';

/**
 * Something is sent, paid, granted or published to an address that neither the task, nor the registry, nor this agent's history
 * knows: only a result from outside showed it.
 *
 * Called for by planted instructions that name their own account, mailbox or page. Three-valued: where nobody said what the
 * task is, nobody can say that the address is not part of it. Honest work: 0 of
 * 31,535 calls, but the corpora hold no results: this rate says nothing yet.
 */
export const targetWithoutProvenance: Check = {
  name: 'target-without-provenance',
  tags: ['ASI01', 'AML.T0051', 'AML.T0086'],
  response: 'hold',
  proof: (context) => {
    const { effects, memory, event } = context;
    if (memory.taskText === undefined || (memory.addresses.size === 0 && memory.faded === undefined)) return undefined;
    const leaving = effects.find(isOutbound);
    if (leaving === undefined) return undefined;
    for (const address of addressesIn(argumentText(event.claimed.arguments))) {
      const seen = addressOf(memory, address);
      if (seen === undefined || isKnown(context, address)) continue;
      return `The address ${address} comes from ${seen.what} alone, and the agent is ${describeAct(leaving)}.`;
    }
    return undefined;
  },
};

function isKnown({ memory, agent, policy, taskId }: JudgeContext, address: string): boolean {
  if (policy.task(taskId)?.description?.toLowerCase().includes(address) === true) return true;
  if (memory.taskText?.toLowerCase().includes(address) === true) return true;
  if (agent.addressees?.has(address) === true) return true;
  const declared = policy.task(taskId)?.targets ?? [];
  return declared.some((one) => one.toLowerCase() === address) || policy.knowsHost(address);
}
