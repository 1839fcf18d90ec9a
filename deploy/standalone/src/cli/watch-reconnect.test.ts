import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { WebSocketServer } from 'ws';

const bin = fileURLToPath(new URL('../bin.ts', import.meta.url));

/** A port on which nothing listens. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}

test('watch without a terminal waits for a server that is not up yet, and ends when it is asked to', async () => {
  const port = await freePort();
  const child = spawn(process.execPath, ['--conditions=@haltwire/source', bin, 'watch'], {
    env: { ...process.env, HALTWIRE_URL: `http://127.0.0.1:${port}`, HALTWIRE_TOKEN: 'x', NO_COLOR: '1' },
  });
  child.stdin.end();
  const ended = once(child, 'close');
  const errors = createInterface({ input: child.stderr })[Symbol.asyncIterator]();
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const server = createServer();
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket) =>
    socket.send(JSON.stringify({ type: 'snapshot', holds: [], sessions: [], cases: [] })),
  );
  try {
    // The second line proves that it outlived the first wait.
    for (const _attempt of [1, 2]) expect((await errors.next()).value).toContain('trying again');
    server.listen(port, '127.0.0.1');
    expect((await lines.next()).value).toBe('connected: 0 live sessions, 0 open questions');
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  } finally {
    child.kill('SIGKILL');
    for (const socket of sockets.clients) socket.terminate();
    server.close();
  }
});
