import { changes, destroys, isOutbound, isOwnScratch } from '../judge/acts.ts';
import type { Check } from '../judge/check.ts';
import type { JudgeContext, JudgedEffect } from '../judge/context.ts';
import { isProduction, isSandbox } from '../judge/environments.ts';
import { limitsOf } from '../judge/task-text.ts';
import { describeAct } from '../judge/words.ts';

const FRESH_CALLS = 60;
/** Systems that a session works on anyway: its files, its programs, its own history. */
const GROUND = /^(?:filesystem|git|shell|process|code|network|text|pip|npm|yarn|pnpm|go|cargo|os-packages)$/;
const OWN_NOTES =
  /(?:^|-)(?:todos?|tasks?|questions?|transaction|setting|session|plan|plan-mode|checklist|notes?|memory|recall|context|sub-?agent|agent|skill|artifact|thought|unknown|nothing)$/;
/** Impact from which a deletion of files is more than tidying up, whatever the task. */
const MORE_THAN_TIDYING = 0.4;

/**
 * The act goes further than the words of the task: it changes what was only to be looked at, what was to be left alone, or
 * production where another environment was named.
 *
 * Called for by questions that were answered with a changed password, a started service or a deleted record, by work that was
 * told to keep the data, and by staging tasks that ended in production. The words are read roughly, so it asks, and mild
 * changes of the workspace pass. Honest work: 2.5 per 10,000 calls, 0.3 % of the sessions, most of them
 * tables that were altered to answer a question.
 */
export const scopeExceedsTask: Check = {
  name: 'scope-exceeds-task',
  tags: ['ASI02', 'ASI10'],
  response: 'hold',
  proof: (context) => {
    const { memory, acts, effects } = context;
    if (!acts || (memory.taskText === undefined && memory.environment === undefined)) return undefined;
    const grave = effects.find((judged) => isMoreThanLooking(context, judged));
    if (grave === undefined) return undefined;
    const limits = limitsOf(memory.taskText);
    // Words wear off: after many calls the user has said more than the first message.
    const isFresh = context.session.callCount <= FRESH_CALLS;
    if (isFresh && limits.forbids !== undefined)
      return `The task says "${limits.forbids}", and the agent is ${describeAct(grave)}.`;
    if (isFresh && limits.looks !== undefined)
      return `The task only asks (it begins with "${limits.looks}"), and the agent is ${describeAct(grave)}.`;
    const place = [memory.environment, limits.environment].find((one) => one !== undefined && !isProduction(one));
    if (place === undefined) return undefined;
    const crossing = effects.find((judged) => changes(judged) && isInProduction(judged));
    return crossing === undefined
      ? undefined
      : `The task is about ${place}, and the agent is ${describeAct(crossing)} in production.`;
  },
};

function isInProduction({ environment, claimedEnvironments }: JudgedEffect): boolean {
  return environment === undefined ? claimedEnvironments.some(isProduction) : isProduction(environment);
}

function isMoreThanLooking({ memory }: JudgeContext, judged: JudgedEffect): boolean {
  if (!changes(judged) || isOwnScratch(judged, memory)) return false;
  if (isInProduction(judged)) return true;
  if (judged.environment !== undefined && isSandbox(judged.environment)) return false;
  const { effect, kind } = judged;
  if (isOutbound(judged) || kind === 'apply' || kind === 'execute') return effect.system !== 'filesystem';
  if (isElsewhere(judged)) return true;
  return destroys(judged) && judged.impact >= MORE_THAN_TIDYING;
}

/** Something changes in a system beyond files and programs; an agent's own notes and lists are no such system. */
function isElsewhere({ effect, system }: JudgedEffect): boolean {
  if (GROUND.test(system) || OWN_NOTES.test(effect.resource)) return false;
  if (effect.verb === 'execute') return effect.evidence.startsWith('tool ') && system !== 'sql';
  return effect.verb === 'create' || effect.verb === 'update' || effect.verb === 'delete';
}
