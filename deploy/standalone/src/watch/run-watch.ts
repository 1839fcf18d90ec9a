import { emitKeypressEvents } from 'node:readline';
import { followAnalysts } from '../cli/analyst-stream.ts';
import { createApiClient, type ServerAccess } from '../cli/api-client.ts';
import { messageOf } from '../cli/command.ts';
import { briefOf } from './brief.ts';
import { type Effect, type Key, pressKey } from './keys.ts';
import { linesOf } from './lines.ts';
import { actionDone, actionFailed, applyMessage, emptyState, type WatchState } from './model.ts';
import { panelLines } from './panel.ts';
import { createScreen } from './screen.ts';

const DEFAULT_WIDTH = 100;

function requestOf(effect: Extract<Effect, { type: 'act' }>): { path: string; body: unknown } {
  const { action, item, reason } = effect;
  if (action === 'approve' || action === 'deny') {
    const holdId = item.kind === 'hold' ? item.hold.holdId : '';
    return { path: `/v1/holds/${encodeURIComponent(holdId)}/${action}`, body: { reason } };
  }
  const sessionKey = item.kind === 'hold' ? item.hold.sessionKey : item.session.sessionKey;
  return { path: `/v1/sessions/${action}`, body: { sessionKey, reason } };
}

/** Prints the stream as plain lines until the signal fires: for pipes, files and CI. */
export async function watchPlainly(access: ServerAccess, signal: AbortSignal): Promise<void> {
  const print = (line: string) => process.stdout.write(`${line}\n`);
  const onReconnect = (why: string) => process.stderr.write(`not connected (${why}); trying again\n`);
  for await (const message of followAnalysts({ ...access, signal, onReconnect })) {
    for (const line of linesOf(message, process.stdout.columns || DEFAULT_WIDTH)) print(line);
  }
}

/** The live screen: the stream above, what can be acted on below, until q or Ctrl-C. Needs a terminal. */
export async function watchLive(access: ServerAccess, stop: AbortController): Promise<void> {
  const api = createApiClient(access);
  let state: WatchState = emptyState;
  const width = () => process.stdout.columns || DEFAULT_WIDTH;
  const screen = createScreen(process.stdout, () => panelLines(state, Date.now(), width()));

  async function act(effect: Extract<Effect, { type: 'act' }>): Promise<void> {
    const { path, body } = requestOf(effect);
    try {
      await api.request('POST', path, body);
      state = actionDone(state, effect.action);
    } catch (error) {
      state = actionFailed(state, messageOf(error));
    }
    screen.print([]);
  }

  function onKey(_text: string | undefined, key: Key): void {
    const pressed = pressKey(state, key, performance.now());
    state = pressed.state;
    if (pressed.effect?.type === 'quit') stop.abort();
    else if (pressed.effect?.type === 'act') void act(pressed.effect);
    screen.print(pressed.effect?.type === 'show' ? briefOf(pressed.effect.hold, width()) : []);
  }

  const { stdin } = process;
  emitKeypressEvents(stdin);
  stdin.setRawMode(true);
  stdin.on('keypress', onKey);
  const redraw = () => screen.print([]);
  const ticking = setInterval(redraw, 1000);
  process.stdout.on('resize', redraw);
  const onReconnect = (why: string) => {
    state = { ...state, notice: `Not connected (${why}); trying again.` };
    redraw();
  };
  try {
    for await (const message of followAnalysts({ ...access, signal: stop.signal, onReconnect })) {
      if (message.type === 'snapshot') state = { ...state, notice: '' };
      state = applyMessage(state, message);
      screen.print(linesOf(message, width()));
    }
  } finally {
    clearInterval(ticking);
    process.stdout.off('resize', redraw);
    stdin.off('keypress', onKey);
    stdin.setRawMode(false);
    stdin.pause();
    screen.close();
  }
}
