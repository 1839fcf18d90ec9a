import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { AGENT_SOCKET_PATH, ANALYST_SOCKET_PATH, type Authenticator } from '@haltwire/schemas';
import { WebSocketServer } from 'ws';
import type { AnalystStream } from '../analyst/stream.ts';
import type { Gateway } from '../gateway/gateway.ts';
import type { Metrics } from '../metrics.ts';
import { bearerOf } from './access.ts';

export interface UpgradesOptions {
  readonly authenticator: Authenticator;
  readonly gateway: Gateway;
  readonly stream: AnalystStream;
  readonly metrics: Metrics;
}

/** The two WebSocket doors: agents here, people there, each with their own kind of key. */
export interface Upgrades {
  /** Takes an HTTP upgrade; false when the path is not ours. */
  handle(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  close(): void;
}

/** Opens the doors. */
export function createUpgrades({ authenticator, gateway, stream, metrics }: UpgradesOptions): Upgrades {
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: 64 * 1024 });

  function refuse(socket: Duplex, status: string): true {
    metrics.add('socketsRefused');
    return refuseUpgrade(socket, status);
  }

  return {
    handle(request, socket, head) {
      const path = (request.url ?? '').split('?')[0];
      if (path !== AGENT_SOCKET_PATH && path !== ANALYST_SOCKET_PATH) return false;
      const token = bearerOf(request.headers.authorization);
      const principal = token === undefined ? undefined : authenticator.authenticate(token);
      const wanted = path === AGENT_SOCKET_PATH ? 'agent' : 'person';
      if (principal === undefined) return refuse(socket, '401 Unauthorized');
      if (principal.kind !== wanted) return refuse(socket, '403 Forbidden');
      const stillValid = (): boolean => token !== undefined && authenticator.authenticate(token) !== undefined;
      sockets.handleUpgrade(request, socket, head, (webSocket) => {
        if (principal.kind === 'agent') gateway.accept(webSocket, principal, stillValid);
        else stream.accept(webSocket, principal, stillValid);
      });
      return true;
    },
    close: () => sockets.close(),
  };
}

/** Answers an upgrade with an HTTP error. */
export function refuseUpgrade(socket: Duplex, status: string): true {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  return true;
}
