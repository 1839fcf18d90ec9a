import { setTimeout as sleep } from 'node:timers/promises';
import { ANALYST_SOCKET_PATH, type AnalystMessage, analystMessageSchema, HaltwireError } from '@haltwire/schemas';
import { WebSocket } from 'ws';
import type { ServerAccess } from './api-client.ts';

/** Options of `followAnalysts`. */
export interface FollowOptions extends ServerAccess {
  /** Ends the iteration. */
  readonly signal: AbortSignal;
  /** Called when the connection is lost and will be tried again, with the wait in ms. */
  readonly onReconnect?: ((why: string, waitMs: number) => void) | undefined;
}

const MAX_WAIT_MS = 5000;

/** Messages of one connection, until it closes. Throws `HALTWIRE_FORBIDDEN` when the server refuses the token. */
async function* messagesOf(access: ServerAccess, signal: AbortSignal): AsyncGenerator<AnalystMessage> {
  const socket = new WebSocket(`${access.url.replace(/^http/, 'ws')}${ANALYST_SOCKET_PATH}`, {
    headers: { authorization: `Bearer ${access.token}` },
    handshakeTimeout: 10_000,
  });
  const waiting: AnalystMessage[] = [];
  let wake = () => {};
  let ended = false;
  let failure: Error | undefined;
  const end = () => {
    ended = true;
    wake();
  };
  socket.on('message', (data) => {
    waiting.push(analystMessageSchema.parse(JSON.parse(String(data))));
    wake();
  });
  socket.on('unexpected-response', (_request, response) => {
    const refused = response.statusCode === 401 || response.statusCode === 403;
    failure = refused
      ? new HaltwireError('HALTWIRE_FORBIDDEN', `${access.url} refuses the token: check HALTWIRE_TOKEN.`)
      : new Error(`the server answered ${response.statusCode}`);
    socket.terminate();
    end();
  });
  socket.on('error', (error) => {
    failure ??= error;
    end();
  });
  socket.on('close', end);
  const stop = () => socket.close();
  signal.addEventListener('abort', stop, { once: true });
  try {
    for (;;) {
      const message = waiting.shift();
      if (message !== undefined) yield message;
      else if (ended) break;
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    signal.removeEventListener('abort', stop);
    socket.terminate();
  }
  if (failure !== undefined && !signal.aborted) throw failure;
}

/** Waits, or less when the signal fires. The timer keeps the process alive: without a terminal nothing else does. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {});
}

/**
 * Follows the analysts' stream, across reconnections: each connection begins with a `snapshot`.
 *
 * Ends when the signal fires. Throws `HALTWIRE_FORBIDDEN` when the server refuses the token.
 *
 * @example
 * for await (const message of followAnalysts({ url, token, signal })) console.log(message.type);
 */
export async function* followAnalysts(options: FollowOptions): AsyncGenerator<AnalystMessage> {
  const { signal, onReconnect } = options;
  let waitMs = 100;
  while (!signal.aborted) {
    let why = 'the connection was closed';
    try {
      for await (const message of messagesOf(options, signal)) {
        waitMs = 100;
        yield message;
      }
    } catch (error) {
      if (HaltwireError.isInstance(error)) throw error;
      why = error instanceof Error && error.message !== '' ? error.message : 'nothing answers';
    }
    if (signal.aborted) return;
    onReconnect?.(why, waitMs);
    await pause(waitMs, signal);
    waitMs = Math.min(MAX_WAIT_MS, waitMs * 2);
  }
}
