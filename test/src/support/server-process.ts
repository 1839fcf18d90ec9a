import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const BIN = join(import.meta.dirname, '..', '..', '..', 'deploy', 'standalone', 'src', 'bin.ts');

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
  const flags = [
    '--conditions=@haltwire/source',
    BIN,
    'up',
    '--json',
    '--data',
    dataDir,
    '--port',
    String(port),
    ...args,
  ];
  const child = spawn(process.execPath, flags, { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  child.stderr.on('data', (chunk) => {
    log += String(chunk);
  });
  const gone = once(child, 'exit');
  const ready = new Promise<{ url: string; adminToken?: string; agentKey?: string }>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('{"url"')) resolve(JSON.parse(line));
    });
  });
  const first = await Promise.race([ready, gone.then(() => undefined)]);
  if (first === undefined) throw new Error(`the server did not start:\n${log}`);
  return {
    url: first.url,
    pid: child.pid ?? 0,
    adminToken: first.adminToken,
    agentKey: first.agentKey,
    stderr: () => log,
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
    async stop() {
      child.kill('SIGTERM');
      await gone;
      return exitCodeOf(child);
    },
  };
}

function exitCodeOf(child: ChildProcess): number | null {
  return child.exitCode;
}
