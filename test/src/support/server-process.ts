import { once } from 'node:events';
import { createServer } from 'node:net';
import { startRole } from './role-process.ts';

/** The real server, in a process of its own, as `npm start` runs it. */
export interface ServerProcess {
  readonly url: string;
  readonly pid: number;
  /** Set on the first start of a data folder. */
  readonly adminToken: string | undefined;
  readonly agentKey: string | undefined;
  /** What it wrote to its log so far. */
  stderr(): string;
  /** kill -9, then waits until it is gone. */
  kill(): Promise<void>;
  /** Asks it to end, then waits until it is gone. Answers its exit code. */
  stop(): Promise<number | null>;
}

/** A port that was free a moment ago: a server restarted on it can be found again. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Starts the server and waits until it says that it is ready. Rejects with its log when it ends instead. */
export async function startServerProcess(
  dataDir: string,
  port = 0,
  args: readonly string[] = [],
): Promise<ServerProcess> {
  const flags = ['up', '--data', dataDir, '--port', String(port), ...args];
  const role = await startRole<{ url: string; adminToken?: string; agentKey?: string }>(flags);
  const { url, adminToken, agentKey } = role.ready;
  return { ...role, url, adminToken, agentKey };
}
