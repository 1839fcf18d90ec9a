import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { WebSocket } from 'ws';

/** A POST answered over a socket by a bare server in a process of its own: what this machine costs. */
export interface Floor {
  /** Microseconds from the POST to the frame. */
  roundTrip(): Promise<number>;
  close(): void;
}

/** Starts the bare server and opens its socket. */
export async function openFloor(): Promise<Floor> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'floor-server.ts')], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  if (child.stdout === null) throw new Error('the floor server has no output');
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const { port } = JSON.parse(String(line)) as { port: number };
  const socket = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false });
  await once(socket, 'open');
  const agent = new Agent({ keepAlive: true });
  const body = JSON.stringify({ filler: 'x'.repeat(1200) });
  return {
    async roundTrip() {
      const start = performance.now();
      const frame = once(socket, 'message').then(() => (performance.now() - start) * 1000);
      const headers = { 'content-length': body.length };
      const post = request({ port, host: '127.0.0.1', method: 'POST', agent, headers });
      post.end(body);
      const [response] = await once(post, 'response');
      response.resume();
      await once(response, 'end');
      return frame;
    },
    close() {
      socket.terminate();
      agent.destroy();
      child.disconnect();
    },
  };
}
