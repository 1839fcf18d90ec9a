import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';

const fixture = fileURLToPath(new URL('../testing/role-process.ts', import.meta.url));

/** A role process that is told how to behave. */
function start(behaviour: string) {
  const child = spawn(process.execPath, ['--conditions=@haltwire/source', fixture, behaviour], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const said: string[] = [];
  let errors = '';
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('the child has no pipes');
  stderr.on('data', (bytes) => {
    errors += String(bytes);
  });
  const lines = createInterface({ input: stdout });
  // Not "close" of the child: Node does not tell of it after a disconnect.
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const told = Promise.all([stdout, stderr].map((stream) => new Promise((resolve) => stream.once('close', resolve))));
  const ended = Promise.all([exited, told]).then(([code]) => code);
  return {
    child,
    said,
    ended,
    errors: () => errors,
    /** Resolves when it has said this line. */
    says: (wanted: string) =>
      new Promise<void>((resolve, reject) => {
        lines.on('line', (line) => {
          said.push(line);
          if (line === wanted) resolve();
        });
        ended.then(() => reject(new Error(`it ended without saying "${wanted}": ${errors}`)));
      }),
  };
}

describe('a role as a process', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('%s ends it in good order, with exit code 0', async (signal) => {
    const role = start('plain');
    await role.says('started');
    role.child.kill(signal);
    expect(await role.ended).toBe(0);
    expect(role.said).toEqual(['started', 'stopping', 'log closed']);
  });

  test('it ends when the process that started it is gone', async () => {
    const role = start('plain');
    await role.says('started');
    role.child.disconnect();
    expect(await role.ended).toBe(0);
    expect(role.said).toContain('log closed');
  });

  test('a second signal ends it at once', async () => {
    const role = start('hang-long');
    await role.says('started');
    role.child.kill('SIGTERM');
    await role.says('hanging');
    role.child.kill('SIGINT');
    expect(await role.ended).toBe(130);
    expect(role.said).not.toContain('stopping');
  });

  test('an ending that hangs is cut off, with exit code 1 and a word why', async () => {
    const role = start('hang');
    await role.says('started');
    role.child.kill('SIGTERM');
    expect(await role.ended).toBe(1);
    expect(role.errors()).toContain('did not end within 1 s (shutdownSeconds)');
  });

  test('a signal in the middle of the start ends it too, with exit code 0', async () => {
    const role = start('slow-start');
    await role.says('starting');
    role.child.kill('SIGTERM');
    expect(await role.ended).toBe(0);
    expect(role.said).toEqual(['starting', 'stopping', 'log closed']);
  });

  test('work that fails ends it in good order, with exit code 1 and a word why', async () => {
    const role = start('fail');
    await role.says('started');
    expect(await role.ended).toBe(1);
    expect(role.said).toEqual(['started', 'stopping', 'log closed']);
    expect(role.errors()).toContain('cannot go on: the work failed');
  });
});
