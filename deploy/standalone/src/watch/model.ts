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
  /** Key of the selected item; undefined = the first. */
  readonly selected: string | undefined;
  /** Set while a reason is being typed. */
  readonly typing: { readonly action: Action; readonly item: Item; readonly text: string } | undefined;
  /** Answer to the last thing done. */
  readonly notice: string;
}

export const emptyState: WatchState = {
  holds: new Map(),
  sessions: new Map(),
  selected: undefined,
  typing: undefined,
  notice: '',
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

/** The selected row; the first one when the selected one is gone. */
export function selectedOf(state: WatchState): Item | undefined {
  const items = itemsOf(state);
  return items.find((item) => keyOf(item) === state.selected) ?? items[0];
}

/** The state after a message of the stream. */
export function applyMessage(state: WatchState, message: AnalystMessage): WatchState {
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
