import { type AnalystMessage, analystMessageSchema } from '@haltwire/schemas';
import { describe, expect, test } from 'vitest';
import { briefOf } from './brief.ts';
import { type Key, pressKey } from './keys.ts';
import { linesOf } from './lines.ts';
import {
  actionDone,
  actionFailed,
  applyMessage,
  emptyState,
  GONE,
  itemsOf,
  selectedOf,
  type WatchState,
} from './model.ts';
import { panelLines } from './panel.ts';
import { createScreen } from './screen.ts';

const session = (sessionId: string, more: object = {}) => ({
  sessionKey: `default/bot/${sessionId}`,
  caseId: `case_${sessionId}`,
  tenantId: 'default',
  agentId: 'bot',
  sessionId,
  taskAttested: false,
  posture: 'normal' as const,
  postureEpoch: 0,
  calls: 3,
  startedAt: 0,
  lastAt: 0,
  ended: false,
  ...more,
});
const hold = (holdId: string, openedAt: number) => ({
  holdId,
  sessionKey: 'default/bot/s1',
  tenantId: 'default',
  agentId: 'bot',
  sessionId: 's1',
  callId: 'c1',
  decisionId: 'd1',
  title: `bot wants to delete a volume`,
  shown: 'curl … volumeDelete\u001b[2J',
  shownHash: 'h',
  digest: 'd',
  impact: 0.8,
  findings: [],
  openedAt,
  expiresAt: openedAt + 65_000,
});
const kill = { killId: 'k1', at: 1, by: 'engine', reason: 'r' };
const colours = new RegExp(`${'\u001b'}\\[[\\d;]*m`, 'g');
const plain = (lines: readonly string[]) => lines.map((line) => line.replace(colours, ''));

function stateOf(...messages: AnalystMessage[]): WatchState {
  return messages.map((message) => analystMessageSchema.parse(message)).reduce(applyMessage, emptyState);
}
function press(state: WatchState, ...keys: (Key | string)[]) {
  let pressed: ReturnType<typeof pressKey> = { state };
  for (const key of keys) {
    pressed = pressKey(pressed.state, typeof key === 'string' ? { name: key, sequence: key } : key, 0);
  }
  return pressed;
}
const closed = (holdId: string): AnalystMessage => ({ type: 'hold-closed', holdId, outcome: 'approved', by: 'mira' });
const markedRows = (state: WatchState) => plain(panelLines(state, 0, 80)).filter((line) => line.startsWith('>'));
const snapshot: AnalystMessage = {
  type: 'snapshot',
  holds: [hold('h2', 2000), hold('h1', 1000)],
  sessions: [session('s1'), session('old', { ended: true }), session('s2', { lastAt: 5, kill })],
  cases: [],
};

describe('the live screen', () => {
  test('shows open questions by age, then sessions that live or are killed', () => {
    const rows = itemsOf(stateOf(snapshot)).map((item) =>
      item.kind === 'hold' ? item.hold.holdId : item.session.sessionId,
    );
    expect(rows).toEqual(['h1', 'h2', 's2', 's1']);
  });

  test.each(['1', '2'])(
    'when selected question %s vanishes by itself, no row is marked and one must be selected',
    (n) => {
      const after = applyMessage(press(stateOf(snapshot), n).state, closed(`h${n}`));
      expect(after.notice).toBe(GONE);
      expect(markedRows(after)).toEqual([]);
      const again = press(after, { name: 'down' }).state;
      expect(again.notice).toBe('');
      expect(markedRows(again)).toHaveLength(1);
    },
  );

  test('the first row that nobody selected is guarded too', () => {
    const after = applyMessage(stateOf(snapshot), closed('h1'));
    expect(markedRows(after)).toEqual([]);
    expect(press(after, 'a')).toMatchObject({ state: { typing: undefined, notice: GONE } });
  });

  test.each(['answer first', 'stream first'])(
    'after an own answer the mark shows what the next key acts on: %s',
    (order) => {
      const { state } = press(stateOf(snapshot), '2', 'a', 'x', { name: 'return' });
      const after =
        order === 'answer first'
          ? applyMessage(actionDone(state, 'approve'), closed('h2'))
          : actionDone(applyMessage(state, closed('h2')), 'approve');
      expect(after.notice).toBe('Done: approve.');
      expect(markedRows(after)).toHaveLength(1);
      expect(press(after, 'd').state.typing).toMatchObject({ item: { hold: { holdId: 'h1' } } });
    },
  );

  test('a kill that succeeds after its question has vanished clears the selection too', () => {
    const typing = press(stateOf(snapshot), '2', 'k', 'x').state;
    const { state } = press(applyMessage(typing, closed('h2')), { name: 'return' });
    expect(markedRows(state)).toEqual([]);
    expect(markedRows(actionDone(state, 'kill'))).toHaveLength(1);
  });

  test('an answer that came too late leaves no row marked when its question vanishes', () => {
    const { state } = press(stateOf(snapshot), '2', 'a', 'x', { name: 'return' });
    const after = applyMessage(actionFailed(state, 'It has expired.'), closed('h2'));
    expect(markedRows(after)).toEqual([]);
  });

  test('a killed session that is released elsewhere later has vanished by itself', () => {
    const { state } = press(stateOf(snapshot), '4', 'k', 'x', { name: 'return' });
    const changed = (more: object): AnalystMessage => ({ type: 'session-changed', session: session('s1', more) });
    const killed = applyMessage(actionDone(state, 'kill'), changed({ kill }));
    expect(applyMessage(killed, changed({ ended: true })).notice).toBe(GONE);
  });

  test('a reason typed after a refused key is no command, until the typing has paused for a second', () => {
    const gone = applyMessage(stateOf(snapshot), closed('h1'));
    let { state } = pressKey(gone, { name: 'a', sequence: 'a' }, 0);
    for (const [place, letter] of [...'kq1d'].entries()) {
      const pressed = pressKey(state, { name: letter, sequence: letter }, 900 * (place + 1));
      expect(pressed.effect).toBeUndefined();
      expect(pressed.state).toMatchObject({ typing: undefined, selected: 'h1' });
      state = pressed.state;
    }
    expect(pressKey(state, { name: 'c', ctrl: true }, 3601).effect).toEqual({ type: 'quit' });
    expect(pressKey(state, { name: 'q', sequence: 'q' }, 4600).effect).toEqual({ type: 'quit' });
  });

  test('a new question takes away the word of what was done before', () => {
    const done = actionDone(stateOf(snapshot), 'approve');
    expect(applyMessage(done, { type: 'hold-opened', hold: hold('h3', 3000) }).notice).toBe('');
    expect(applyMessage(done, closed('h2')).notice).toBe('Done: approve.');
  });

  test('a approves the selected question with the reason that was typed', () => {
    const { effect } = press(stateOf(snapshot), { name: 'down' }, 'a', 'o', 'k', { name: 'return' });
    expect(effect).toMatchObject({ type: 'act', action: 'approve', reason: 'ok', item: { hold: { holdId: 'h2' } } });
  });

  test('a shows all of what would run before it can be approved, the end of a long command too', () => {
    const long = { ...hold('h1', 1000), shown: `shell: echo ${'a'.repeat(3000)}\n ; rm -rf /srv\u001b[2J` };
    const { effect } = press(stateOf({ ...snapshot, holds: [long] }), 'a');
    expect(effect).toEqual({ type: 'show', hold: long });
    const lines = plain(briefOf(long, 80));
    expect(lines.join('\n')).toContain('; rm -rf /srv');
    expect(lines.join('').match(/a{70}/g)?.length).toBeGreaterThan(35);
    expect(lines.every((line) => line.length <= 80 && !line.includes('\u001b'))).toBe(true);
  });

  test('a key meant for a row that has just vanished does nothing to the one in its place', () => {
    const { state } = press(stateOf(snapshot), '2');
    const after = applyMessage(state, { type: 'hold-closed', holdId: 'h2', outcome: 'abandoned', by: 'bot' });
    const first = press(after, 'a');
    expect(first.effect).toBeUndefined();
    expect(first.state.typing).toBeUndefined();
    expect(selectedOf(press(first.state, { name: 'down' }).state)).toMatchObject({ hold: { holdId: 'h1' } });
  });

  test('says how many questions do not fit', () => {
    const holds = Array.from({ length: 20 }, (_, n) => hold(`h${n}`, n));
    expect(plain(panelLines(stateOf({ ...snapshot, holds }), 0, 80)).join('\n')).toContain('and 11 more');
  });

  test('nothing happens without a reason, and Esc cancels', () => {
    const empty = press(stateOf(snapshot), 'a', { name: 'return' });
    expect(empty.effect).toBeUndefined();
    expect(empty.state.notice).toContain('reason');
    expect(press(empty.state, { name: 'escape' }).state.typing).toBeUndefined();
  });

  test('while a reason is typed, letters are letters', () => {
    const { state, effect } = press(stateOf(snapshot), 'd', 'q', 'k', { name: 'backspace' });
    expect(effect).toBeUndefined();
    expect(state.typing).toMatchObject({ action: 'deny', text: 'q' });
  });

  test('a question that vanishes while the reason is typed is still the one that is answered', () => {
    const { state } = press(stateOf(snapshot), 'a', 'x');
    const after = applyMessage(state, { type: 'hold-closed', holdId: 'h1', outcome: 'expired', by: 'engine' });
    expect(press(after, { name: 'return' }).effect).toMatchObject({ item: { hold: { holdId: 'h1' } } });
  });

  test('an action that does not fit the row says so', () => {
    expect(press(stateOf(snapshot), '4', 'a').state.notice).toContain('question');
    expect(press(stateOf(snapshot), '4', 'r').state.notice).toContain('not killed');
    expect(press(stateOf(snapshot), '3', 'k').state.notice).toContain('already');
    expect(press(stateOf(snapshot), '3', 'r').state.typing).toMatchObject({ action: 'release' });
  });

  test('q and Ctrl-C quit, Ctrl-C even while a reason is typed', () => {
    expect(press(stateOf(snapshot), 'q').effect).toEqual({ type: 'quit' });
    expect(press(stateOf(snapshot), 'a', { name: 'c', ctrl: true }).effect).toEqual({ type: 'quit' });
  });

  test('the panel counts down, shows what would run, and never lets escape codes through', () => {
    const lines = plain(panelLines(stateOf(snapshot), 2000, 80));
    expect(lines[1]).toContain('1:04');
    expect(lines.join('\n')).toContain('would run: curl … volumeDelete');
    expect(lines.join('\n')).not.toContain('\u001b');
    expect(lines.every((line) => line.length <= 80)).toBe(true);
  });

  test('the panel is erased by as many lines as it had', () => {
    const written: string[] = [];
    let height = 2;
    const screen = createScreen({ write: (text) => written.push(text) }, () => Array(height).fill('panel'));
    screen.print(['one']);
    height = 1;
    screen.print(['two']);
    screen.print(['three']);
    expect(written.map((text) => text.replaceAll('\n', '|'))).toEqual([
      'one|panel|panel|',
      '\u001b[2F\u001b[Jtwo|panel|',
      '\u001b[1F\u001b[Jthree|panel|',
    ]);
  });
});

test('a kill is printed with every finding, cut to the width', () => {
  const finding = {
    name: 'credential-not-found',
    sentence: 'The agent found credential "railway-domains". '.repeat(5),
  };
  const lines = plain(
    linesOf(
      {
        type: 'decision',
        decision: {
          type: 'decision',
          v: 1,
          decisionId: 'd',
          caseId: 'c',
          tenantId: 'default',
          agentId: 'bot',
          sessionId: 's',
          position: { partition: 0, offset: 1, index: 0 },
          logTime: 0,
          cause: 'intent',
          decision: 'kill',
          mode: 'enforce',
          severity: 'critical',
          title: 'bot deletes\nvolume',
          invariants: [finding],
          indicators: [],
          signals: [],
          impact: 0.8,
          effects: [],
          posture: 'locked',
          policyHash: 'p',
          tags: [],
          prevHash: '',
          hash: '',
        },
      },
      80,
    ),
  );
  expect(lines[0]).toContain(' KILL  bot deletes volume');
  expect(lines[1]).toContain('credential-not-found: The agent found');
  expect(lines.every((line) => line.length <= 80)).toBe(true);
});

test('what is held is told once: the act, its proofs by name, and that it waits', () => {
  const finding = { name: 'irreversible-destruction', sentence: 'This cannot be taken back: deleting table a.' };
  const message: Extract<AnalystMessage, { type: 'decision' }> = {
    type: 'decision',
    decision: {
      type: 'decision',
      v: 1,
      decisionId: 'd',
      caseId: 'c',
      tenantId: 'default',
      agentId: 'bot',
      sessionId: 's1',
      position: { partition: 0, offset: 1, index: 0 },
      logTime: 0,
      cause: 'intent',
      decision: 'hold',
      mode: 'enforce',
      severity: 'high',
      title: `bot is deleting table a. ${finding.sentence}`,
      invariants: [],
      indicators: [finding],
      signals: [],
      impact: 0.8,
      effects: [],
      posture: 'normal',
      policyHash: 'p',
      tags: [],
      prevHash: '',
      hash: '',
    },
  };
  const opened = { ...hold('h1', 0), title: message.decision.title };
  const lines = plain([...linesOf(message, 120), ...linesOf({ type: 'hold-opened', hold: opened }, 120)]);
  expect(lines.map((line) => line.trim())).toEqual([
    '00:00:00.000  HOLD  bot is deleting table a.',
    'irreversible-destruction: This cannot be taken back: deleting table a.',
    'waits for a person (65 s, then it is denied)',
  ]);
});
