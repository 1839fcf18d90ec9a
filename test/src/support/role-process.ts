import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const BIN = join(import.meta.dirname, '..', '..', '..', 'deploy', 'standalone', 'src', 'bin.ts');

/** One of Haltwire's processes, as the command line starts it. */
export interface RoleProcess<Ready> {
  /** What it said when it was ready. */
  readonly ready: Ready;
  readonly pid: number;
  /** What it wrote to its log so far. */
  stderr(): string;
  /** SIGSTOP: it holds its sockets and does nothing. */
  pause(): void;
  /** SIGCONT. */
  resume(): void;
  /** kill -9, then waits until it is gone. */
  kill(): Promise<void>;
  /** Asks it to end, then waits until it is gone. Answers its exit code. */
  stop(): Promise<number | null>;
}

const COMMAND = ['--conditions=@haltwire/source', BIN];

/** Runs `haltwire ARGS --json` to its end and answers what it printed. Rejects with what it said when it fails. */
export async function runHaltwire(args: readonly string[]): Promise<Record<string, unknown>> {
  const { stdout } = await promisify(execFile)(process.execPath, [...COMMAND, ...args, '--json']);
  return JSON.parse(stdout) as Record<string, unknown>;
}

/** Starts `haltwire ARGS --json` and waits for its first line. Rejects with its log when it ends instead. */
export async function startRole<Ready>(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<RoleProcess<Ready>> {
  const child = spawn(process.execPath, [...COMMAND, ...args, '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let log = '';
  child.stderr.on('data', (chunk) => {
    log += String(chunk);
  });
  const gone = once(child, 'exit');
  const first = new Promise<Ready>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('{')) resolve(JSON.parse(line) as Ready);
    });
  });
  const ready = await Promise.race([first, gone.then(() => undefined)]);
  if (ready === undefined) throw new Error(`haltwire ${args[0]} did not start:\n${log}`);
  return {
    ready,
    pid: child.pid ?? 0,
    stderr: () => log,
    pause: () => child.kill('SIGSTOP'),
    resume: () => child.kill('SIGCONT'),
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
    async stop() {
      child.kill('SIGTERM');
      await gone;
      return child.exitCode;
    },
  };
}
