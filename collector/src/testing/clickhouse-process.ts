import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** A ClickHouse over HTTP in a process of its own, on the same port and data whenever it starts. */
export interface ClickHouseProcess {
  readonly url: string;
  start(): Promise<void>;
  /** Ends it in good order. */
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** SIGSTOP: connections stay open and nothing answers. */
  pause(): void;
  resume(): void;
  /** Every answer waits so long after its query has run. */
  slow(ms: number): void;
}

/** Starts one. Kill it after use; the folder is the caller's. */
export async function startClickHouse(
  path: string,
  { username = 'default', password = '' }: { username?: string; password?: string } = {},
): Promise<ClickHouseProcess> {
  const script = join(import.meta.dirname, 'clickhouse-server.ts');
  let child: ChildProcess;
  let port = 0;
  const start = async (): Promise<void> => {
    child = fork(script, [path, String(port), username, password], {
      execArgv: ['--conditions=@haltwire/source'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const exited = once(child, 'exit').then(([code]) => {
      throw new Error(`the ClickHouse process ended before it served (${String(code)})`);
    });
    const [message] = (await Promise.race([once(child, 'message'), exited])) as [{ port: number }];
    exited.catch(() => undefined);
    port = message.port;
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  };
  await start();
  return {
    url: `http://127.0.0.1:${port}`,
    start,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    slow: (slowMs) => void child.send({ slowMs }),
  };
}
