import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';

/** What a tool gets besides its arguments. */
export interface ToolContext {
  readonly signal: AbortSignal;
}

/** A tool as agent harnesses have them: arguments in, text out. */
export type Tool = (args: Record<string, string>, context: ToolContext) => Promise<string>;

/**
 * Runs a command line in bash. When the signal fires, the whole process group dies: the shell and all that it started.
 *
 * The text is standard output and standard error together; a failing command is an answer, not an error.
 */
export function createShell(cwd: string): Tool {
  return ({ command = '' }, { signal }) =>
    new Promise((done, fail) => {
      signal.throwIfAborted();
      const child = spawn('bash', ['-c', command], { cwd, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
      let output = '';
      const kill = () => {
        // A negative id names the group; it may be gone already.
        try {
          if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
        } catch {}
      };
      signal.addEventListener('abort', kill, { once: true });
      const take = (chunk: Buffer) => {
        output += chunk.toString();
      };
      child.stdout.on('data', take);
      child.stderr.on('data', take);
      child.once('error', fail);
      child.once('close', () => {
        signal.removeEventListener('abort', kill);
        if (signal.aborted) fail(signal.reason);
        else done(output.trimEnd());
      });
    });
}

/** Reads one text file of the repository. */
export function createReadFile(cwd: string): Tool {
  return ({ path = '' }, { signal }) => readFile(resolve(cwd, path), { encoding: 'utf8', signal });
}
