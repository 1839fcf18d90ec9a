import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

/** One of our own programs as its own process, told things on stdin, heard on stdout, one JSON line each. */
export interface NodeProcess {
  readonly child: ChildProcess;
  /** Each line of stdout, parsed. Ends when the process closes it. */
  readonly lines: AsyncIterableIterator<unknown>;
  /** Exit code, or the signal's name. */
  readonly exited: Promise<number | string>;
  tell(message: unknown): void;
  /** Asks it to end (SIGTERM) and waits until it has. */
  stop(): Promise<void>;
}

async function* jsonLines(stream: Readable): AsyncGenerator<unknown> {
  for await (const line of createInterface({ input: stream })) {
    if (line.trim() !== '') yield JSON.parse(line);
  }
}

/**
 * Starts a module of this package in a new Node process, as source or as built, whichever we are.
 *
 * The child holds a channel to us, so it can end itself when we are gone, however we went.
 *
 * @example
 * const railway = spawnNode(new URL('./railway/main.ts', import.meta.url));
 */
export function spawnNode(module: URL, args: readonly string[] = []): NodeProcess {
  const fromSource = import.meta.url.endsWith('.ts');
  const path = fileURLToPath(module);
  const child = spawn(
    process.execPath,
    [
      ...(fromSource ? ['--conditions=@haltwire/source'] : []),
      fromSource ? path : path.replace(/\.ts$/, '.js'),
      ...args,
    ],
    { stdio: ['pipe', 'pipe', 'inherit', 'ipc'] },
  );
  const { stdin, stdout } = child;
  if (stdin === null || stdout === null) throw new Error('the child has no pipes');
  // A child that has ended cannot be told anything; its exit code says why.
  stdin.on('error', () => {});
  const exited = new Promise<number | string>((resolve) =>
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 1)),
  );
  return {
    child,
    lines: jsonLines(stdout),
    exited,
    tell: (message) => stdin.write(`${JSON.stringify(message)}\n`),
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      stdin.end();
      await exited;
    },
  };
}
