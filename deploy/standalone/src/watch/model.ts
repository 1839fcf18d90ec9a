import type { AnalystMessage, HoldView, SessionView } from '@haltwire/schemas';

/** What a person can do to what is selected. */
export type Action = 'approve' | 'deny' | 'kill' | 'release';

/** One selectable row: a question, or a session. */
export type Item =
  | { readonly kind: 'hold'; readonly hold: HoldView }
  | { readonly kind: 'session'; readonly session: SessionView };

/** All that the screen shows. Changed only by `applyMessage` and `pressKey`. */
export interface WatchState {
  readonly holds: ReadonlyMap<string, HoldView>;
  readonly sessions: ReadonlyMap<string, SessionView>;
  /** Key of the selected item; undefined = the first. When its row is gone, nothing is selected. */
  readonly selected: string | undefined;
  /** Set while a reason is being typed. */
  readonly typing: { readonly action: Action; readonly item: Item; readonly text: string } | undefined;
  /** Answer to the last thing done. */
  readonly notice: string;
  /** Key of the row that was acted on, until the stream tells what came of it: it may vanish without a word. */
  readonly acted: string | undefined;
  /** Until then command keys are ignored, in ms of the clock given to `pressKey`. */
  readonly deafUntil: number;
}

export const emptyState: WatchState = {
  holds: new Map(),
  sessions: new Map(),
  selected: undefined,
  typing: undefined,
  notice: '',
  acted: undefined,
  deafUntil: Number.NEGATIVE_INFINITY,
};

/** Most rows: what one digit can select. */
const MAX_ITEMS = 9;

export function keyOf(item: Item): string {
  return item.kind === 'hold' ? item.hold.holdId : item.session.sessionKey;
}

/** Rows of the screen: open questions by age, then sessions that live or are killed, newest first. */
export function itemsOf(state: WatchState): Item[] {
  const holds = [...state.holds.values()].sort((a, b) => a.openedAt - b.openedAt);
  const sessions = [...state.sessions.values()]
    .filter((session) => !session.ended || session.kill !== undefined)
    .sort((a, b) => b.lastAt - a.lastAt);
  return [
    ...holds.map((hold): Item => ({ kind: 'hold', hold })),
    ...sessions.map((session): Item => ({ kind: 'session', session })),
  ].slice(0, MAX_ITEMS);
}

/** The row that is marked and that the next key acts on; undefined when the selected one is gone. */
export function selectedOf(state: WatchState): Item | undefined {
  const items = itemsOf(state);
  return state.selected === undefined ? items[0] : items.find((item) => keyOf(item) === state.selected);
}

/** What is said when the selected row has vanished by itself. */
export const GONE = 'The selected row is gone: select one with ↑↓ or its number.';

const DONE = 'Done: ';

/** The state after the server has done what was asked. The selection goes with the row. */
export function actionDone(state: WatchState, action: Action): WatchState {
  const gone = selectedOf(state) === undefined && state.selected === state.acted;
  return { ...state, selected: gone ? undefined : state.selected, notice: `${DONE}${action}.` };
}

/** The state after the server has refused what was asked. */
export function actionFailed(state: WatchState, why: string): WatchState {
  return { ...state, acted: undefined, notice: why };
}

/** The selection after the rows have changed: the mark never moves to another row in place of one that vanished. */
function keepSelection(before: WatchState, after: WatchState): WatchState {
  const marked = selectedOf(before);
  if (marked === undefined) return after;
  const key = keyOf(marked);
  const rows = itemsOf(after);
  if (rows.some((item) => keyOf(item) === key)) return after;
  if (before.acted === key) return { ...after, selected: undefined, acted: undefined };
  if (rows.length === 0) return { ...after, selected: undefined };
  return { ...after, selected: key, notice: after.typing === undefined ? GONE : after.notice };
}

/** The state after a message of the stream. */
export function applyMessage(state: WatchState, message: AnalystMessage): WatchState {
  const after = applyRows(state, message);
  if (after === state) return state;
  const kept = keepSelection(state, after);
  const opened = message.type === 'hold-opened' && kept.notice.startsWith(DONE);
  const settled = message.type === 'session-changed' && message.session.sessionKey === kept.acted;
  return { ...kept, notice: opened ? '' : kept.notice, acted: settled ? undefined : kept.acted };
}

function applyRows(state: WatchState, message: AnalystMessage): WatchState {
  switch (message.type) {
    case 'snapshot':
      return {
        ...state,
        holds: new Map(message.holds.map((hold) => [hold.holdId, hold])),
        sessions: new Map(message.sessions.map((session) => [session.sessionKey, session])),
      };
    case 'hold-opened':
      return { ...state, holds: new Map(state.holds).set(message.hold.holdId, message.hold) };
    case 'hold-closed': {
      const holds = new Map(state.holds);
      holds.delete(message.holdId);
      return { ...state, holds };
    }
    case 'session-changed': {
      const { session } = message;
      return { ...state, sessions: new Map(state.sessions).set(session.sessionKey, session) };
    }
    default:
      return state;
  }
}
