import type { HoldView } from '@haltwire/schemas';
import { type Action, GONE, type Item, itemsOf, keyOf, selectedOf, type WatchState } from './model.ts';

/** A key as the terminal names it. */
export interface Key {
  readonly name?: string | undefined;
  /** What it types. */
  readonly sequence?: string | undefined;
  readonly ctrl?: boolean | undefined;
}

/** What a key asks of the world beyond the screen. */
export type Effect =
  | { readonly type: 'quit' }
  /** A person is about to approve this: it must be in front of them in full. */
  | { readonly type: 'show'; readonly hold: HoldView }
  | { readonly type: 'act'; readonly action: Action; readonly item: Item; readonly reason: string };

interface Pressed {
  readonly state: WatchState;
  readonly effect?: Effect;
}

const actions: Readonly<Record<string, Action>> = { a: 'approve', d: 'deny', k: 'kill', r: 'release' };

/** Why an action does not fit the row; undefined when it does. */
function misfit(action: Action, item: Item): string | undefined {
  if ((action === 'approve' || action === 'deny') && item.kind !== 'hold') return `Only a question can be answered.`;
  if (item.kind === 'hold') return action === 'release' ? 'This session is not killed.' : undefined;
  if (action === 'kill' && item.session.kill !== undefined) return 'This session is killed already.';
  if (action === 'release' && item.session.kill === undefined) return 'This session is not killed.';
  return undefined;
}

function move(state: WatchState, by: number): WatchState {
  const items = itemsOf(state);
  const selected = selectedOf(state);
  // With nothing selected, down begins at the first row, and so does up.
  const at = selected === undefined ? -1 : items.findIndex((item) => keyOf(item) === keyOf(selected));
  const next = items[Math.min(items.length - 1, Math.max(0, at + by))];
  return next === undefined ? state : select(state, next);
}

function select(state: WatchState, item: Item): WatchState {
  return { ...state, selected: keyOf(item), notice: '' };
}

/** Whoever pressed a refused key may go on with the reason: for so long after each key, letters are no commands. In ms. */
const DEAF_MS = 1000;

function refuse(state: WatchState, now: number, notice: string): Pressed {
  return { state: { ...state, notice, deafUntil: now + DEAF_MS } };
}

function type(state: WatchState, typing: NonNullable<WatchState['typing']>, key: Key): Pressed {
  const { action, item, text } = typing;
  if (key.name === 'escape') return { state: { ...state, typing: undefined, notice: 'Nothing was done.' } };
  if (key.name === 'return' || key.name === 'enter') {
    const reason = text.trim();
    if (reason === '') return { state: { ...state, notice: 'A reason is needed: it goes into the record.' } };
    const acted = keyOf(item);
    return { state: { ...state, typing: undefined, notice: '', acted }, effect: { type: 'act', action, item, reason } };
  }
  if (key.name === 'backspace') return { state: { ...state, typing: { ...typing, text: text.slice(0, -1) } } };
  const typed = key.sequence ?? '';
  if (key.ctrl === true || /\p{Cc}/u.test(typed)) return { state };
  return { state: { ...state, typing: { ...typing, text: `${text}${typed}`.slice(0, 500) } } };
}

/**
 * The state after a key, and what it asks for. An action takes effect only after a reason and Enter.
 *
 * - `now`: when it was pressed, in ms of any clock that never goes back
 */
export function pressKey(state: WatchState, key: Key, now: number): Pressed {
  if (key.ctrl === true && key.name === 'c') return { state, effect: { type: 'quit' } };
  if (state.typing !== undefined) return type(state, state.typing, key);
  if (key.name === 'up') return { state: move(state, -1) };
  if (key.name === 'down') return { state: move(state, 1) };
  if (now < state.deafUntil) return { state: { ...state, deafUntil: now + DEAF_MS } };
  if (key.name === 'q') return { state, effect: { type: 'quit' } };
  const digit = Number(key.sequence);
  const numbered = Number.isInteger(digit) && digit > 0 ? itemsOf(state)[digit - 1] : undefined;
  if (numbered !== undefined) return { state: select(state, numbered) };
  const action = actions[key.name ?? ''];
  if (action === undefined) return { state };
  const item = selectedOf(state);
  // Whoever is watched can make a row vanish: the finger must not land on the one that takes its place.
  if (item === undefined) return refuse(state, now, state.selected === undefined ? 'Nothing is selected.' : GONE);
  const wrong = misfit(action, item);
  if (wrong !== undefined) return refuse(state, now, wrong);
  const asking: WatchState = { ...state, selected: keyOf(item), typing: { action, item, text: '' }, notice: '' };
  if (action !== 'approve' || item.kind !== 'hold') return { state: asking };
  return { state: asking, effect: { type: 'show', hold: item.hold } };
}
