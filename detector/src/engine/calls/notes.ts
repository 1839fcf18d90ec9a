import type { CallEvent, Effect } from '@haltwire/schemas';
import { actAndTarget, isOutbound } from '../judge/acts.ts';
import { addressesIn, argumentText } from '../judge/addresses.ts';
import type { JudgeContext, JudgedEffect } from '../judge/context.ts';
import { isCopy } from '../judge/copies.ts';
import { mayBeWorkspace } from '../judge/impact.ts';
import type { CallNotes } from '../state/session.ts';

/** Systems whose contents are the agent's own ground, or its operators'. */
const INSIDE =
  /^(?:filesystem|git|shell|process|machine|code|docker|(?:\w+-)?(?:sql|sqlite|postgres(?:ql)?|mysql|duckdb))$/;
const DONE =
  /^(?:attempt_?completion|complete_?task|task_?(?:complete|done)|mark_?(?:complete|done)|finish|final_?answer|submit(?:_?(?:answer|result))?)$/i;
const STARTS_AGENT =
  /^(?:task|agent|workflow|sub_?agent|new_?task|(?:spawn|start|launch|dispatch|create|run|delegate)_?(?:to_?)?(?:sub_?)?(?:agent|task|workflow)s?)$/i;
const MOST = 32;

interface Traits {
  readonly starts: boolean;
  readonly done: boolean;
}

/** Tools are few and called often. Emptied when full: senders choose the names. */
const traits = new Map<string, Traits>();
const MOST_TOOLS = 512;

function traitsOf(tool: string): Traits {
  const known = traits.get(tool);
  if (known !== undefined) return known;
  if (traits.size >= MOST_TOOLS) traits.clear();
  const found = { starts: STARTS_AGENT.test(tool), done: DONE.test(tool) };
  traits.set(tool, found);
  return found;
}

/** Whether a tool starts another agent, by its usual names. */
export function startsAgent(event: CallEvent): boolean {
  return traitsOf(event.claimed.tool?.name ?? '').starts;
}

/** What the session will remember of a call once it ran; undefined when there is nothing. */
export function notesOf(context: JudgeContext): CallNotes | undefined {
  const { event, effects, acts } = context;
  const looked = effects.some(({ isRead, effect }) => isRead && effect.system === 'filesystem');
  const outside = outsideOf(effects);
  const isDone = traitsOf(event.claimed.tool?.name ?? '').done;
  const hunts = event.derived.secretHunt;
  if (!acts && outside === undefined && hunts === undefined && !isDone) return looked ? LOOKED : undefined;
  const outbound = effects.some(isOutbound);
  return {
    looked,
    outside,
    hunts: hunts?.evidence,
    done: isDone,
    copies: effects.some(({ effect }) => isCopy(effect)),
    made: some(paths(effects, event.claimed.cwd, 'file')),
    changed: some(paths(effects, event.claimed.cwd, 'change')),
    links: some(paths(effects, event.claimed.cwd, 'link')),
    targets: some(effects.flatMap((judged) => actAndTarget(judged) ?? [])),
    addressees: outbound ? some(addressesIn(argumentText(event.claimed.arguments))) : undefined,
  };
}

const LOOKED: CallNotes = { looked: true };

function some(list: readonly string[]): readonly string[] | undefined {
  return list.length === 0 ? undefined : [...new Set(list)].slice(0, MOST);
}

function outsideOf(effects: readonly JudgedEffect[]): string | undefined {
  for (const { effect, isRead, resourceName } of effects) {
    if (!isRead || resourceName !== undefined || effect.system === 'filesystem' || INSIDE.test(effect.system)) continue;
    if (effect.target.host !== undefined) return effect.target.host;
    if (effect.evidence.startsWith('tool ')) return effect.evidence.slice(5).split(':')[0];
  }
  return undefined;
}

/** Only what lies strictly inside the working directory: nobody's workspace is a place for other people's files. */
function paths(effects: readonly JudgedEffect[], cwd: string | undefined, as: 'file' | 'link' | 'change'): string[] {
  if (cwd === undefined || !mayBeWorkspace(cwd)) return [];
  const base = cwd.endsWith('/') ? cwd : `${cwd}/`;
  return effects.flatMap(({ effect }) => {
    const { path } = effect.target;
    if (!creates(effect, as) || path === undefined || !path.startsWith(base) || path.includes('..')) return [];
    return [path];
  });
}

function creates({ verb, system, resource, scope }: Effect, as: 'file' | 'link' | 'change'): boolean {
  if (system !== 'filesystem') return false;
  if (as === 'change') return verb === 'update' && scope === 'one';
  if (verb !== 'create') return false;
  return as === 'link' ? resource === 'link' : resource !== 'link' && scope === 'one';
}
