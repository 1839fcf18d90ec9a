import { styleText } from 'node:util';
import { cut, oneLine } from '../terminal/text.ts';
import { type Item, itemsOf, keyOf, selectedOf, type WatchState } from './model.ts';

function countdown(until: number, now: number): string {
  const seconds = Math.max(0, Math.ceil((until - now) / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

function rowText(item: Item, now: number): string {
  if (item.kind === 'hold') {
    const { hold } = item;
    return `? ${countdown(hold.expiresAt, now)}  ${oneLine(hold.agentId)}: ${oneLine(hold.title)}`;
  }
  const { session } = item;
  const state =
    session.kill === undefined ? session.posture : session.kill.acknowledged ? 'killed' : 'kill not acknowledged';
  return `${oneLine(session.agentId)}/${oneLine(session.sessionId)}  ${session.calls} calls  ${state}`;
}

/** The part of the screen below the stream: rows to act on, and what the keys do. At most `width` columns. */
export function panelLines(state: WatchState, now: number, width: number): string[] {
  const selected = selectedOf(state);
  const rows = itemsOf(state).map((item, place) => {
    const text = cut(`${place + 1} ${rowText(item, now)}`, width - 2);
    if (selected !== undefined && keyOf(item) === keyOf(selected)) return styleText('inverse', `> ${text}`);
    return item.kind === 'hold' ? styleText('yellow', `  ${text}`) : `  ${text}`;
  });
  const shown =
    selected?.kind === 'hold' ? [styleText('dim', cut(`  would run: ${oneLine(selected.hold.shown)}`, width))] : [];
  const footer =
    state.typing === undefined
      ? styleText('dim', cut('↑↓ or number: select  a approve  d deny  k kill  r release  q quit', width))
      : cut(`Why ${state.typing.action}? (Enter sends, Esc cancels) ${state.typing.text}▏`, width);
  const notice = state.notice === '' ? [] : [cut(oneLine(state.notice), width)];
  const unseen = state.holds.size - itemsOf(state).filter((item) => item.kind === 'hold').length;
  const more = unseen === 0 ? [] : [styleText('yellow', cut(`  … and ${unseen} more open questions`, width))];
  return [styleText('dim', '─'.repeat(width)), ...rows, ...more, ...shown, ...notice, footer];
}
