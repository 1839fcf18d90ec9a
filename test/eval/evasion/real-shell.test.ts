import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../src/support/folder.ts';
import { diceOf } from './dice.ts';
import { rewritings } from './transforms/index.ts';
import type { ShellSeed } from './types.ts';

/** Run elsewhere, later, as another user, or in a shell that this machine may not have. */
const notHere = new Set(['ssh', 'container', 'scheduled', 'powershell', 'cmd']);
const wantsOtherUser = /\b(?:sudo|doas|systemd-run)\b/;

/** A harmless act, rewritten like the others. It must never be one that removes anything. */
const echo: ShellSeed = {
  family: 'shell',
  name: 'echo',
  benign: true,
  argv: ['echo', 'the quick', 'brown-fox'],
};

function runIn(folder: string, command: string): { stdout: string; stderr: string; status: number | null } {
  return spawnSync('bash', ['--norc', '-c', command], {
    cwd: folder,
    encoding: 'utf8',
    // A socket as standard input makes bash read the user's start-up file.
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, HOME: folder },
  });
}

it('what the transformations of commands write does in a real shell what the command did', () => {
  const folder = temporaryFolder();
  const ran = new Set<string>();
  for (let seed = 1; seed <= 5; seed += 1) {
    for (const { name, call } of rewritings(echo, diceOf(seed))) {
      const { command } = call.arguments as { command?: unknown };
      if (notHere.has(name) || call.tool !== 'bash' || typeof command !== 'string' || wantsOtherUser.test(command))
        continue;
      // The script files of the grammar stand below /tmp: here they go into the test's own folder.
      const { stdout, stderr, status } = runIn(folder, command.replaceAll('/tmp', folder));
      // A program that this machine does not have: nothing to learn.
      if (status === 127 || /not found|No such file/.test(stderr)) continue;
      ran.add(name);
      const silent = /> \/dev\/null/.test(command) || /execSync|spawnSync|exec\(|popen/.test(command);
      if (!silent) expect(stdout, `${name}: ${command}\n${stderr}`).toContain('the quick brown-fox');
    }
  }
  expect(ran.size).toBeGreaterThan(18);
});
