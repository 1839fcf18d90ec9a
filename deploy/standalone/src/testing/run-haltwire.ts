import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../bin.ts', import.meta.url));

/** How a command ended, and what it said. */
export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the command line to its end as its own process, with nothing of our environment that it reads. */
export function runHaltwire(args: readonly string[], env: Record<string, string> = {}, cwd?: string): Promise<Ran> {
  const { FORCE_COLOR, npm_lifecycle_event, ...others } = process.env;
  const inherited = Object.entries(others).filter(([name]) => !name.startsWith('HALTWIRE_'));
  const child = spawn(process.execPath, ['--conditions=@haltwire/source', bin, ...args], {
    env: { ...Object.fromEntries(inherited), NO_COLOR: '1', ...env },
    cwd,
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => {
    out += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    err += String(chunk);
  });
  child.stdin.end();
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, out, err })));
}
