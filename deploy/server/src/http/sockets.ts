import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

/** What takes sockets: false when the path is not its own. The detector is one. */
export interface SocketHandler {
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
}

/** Hands upgrades to their handler. Returns a function that cuts the sockets that are still open. */
export function routeSockets(server: Server, handler: SocketHandler): () => void {
  const open = new Set<Duplex>();
  server.on('upgrade', (request, socket, head) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    // A peer that vanishes is not an error of ours.
    socket.on('error', () => {});
    if (!handler.handleUpgrade(request, socket, head)) {
      socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    }
  });
  return () => {
    for (const socket of open) socket.destroy();
  };
}
