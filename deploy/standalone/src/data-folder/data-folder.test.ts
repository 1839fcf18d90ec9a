import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { lockDataFolder } from './lock.ts';
import { prepareDataFolder } from './prepare.ts';

describe('the data folder', () => {
  let parent: string;
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'haltwire-folder-'));
  });
  afterEach(() => rmSync(parent, { recursive: true, force: true }));

  test('is made, and closed to other users', () => {
    const folder = prepareDataFolder(join(parent, 'new', 'data'));
    expect(statSync(folder.path).mode & 0o777).toBe(0o700);
  });

  test('is closed even when it was open before', () => {
    chmodSync(parent, 0o755);
    prepareDataFolder(parent);
    expect(statSync(parent).mode & 0o777).toBe(0o700);
  });

  test('a second taker is refused, and told which folder and what to do', () => {
    const folder = prepareDataFolder(parent);
    const lock = lockDataFolder(folder);
    expect(() => lockDataFolder(folder)).toThrow(new RegExp(`${folder.path}.*--data`));
    lock.release();
    lockDataFolder(folder).release();
  });

  test('kill -9 of the holder frees it', async () => {
    const folder = prepareDataFolder(parent);
    const code = `const { DatabaseSync } = require('node:sqlite');
      new DatabaseSync(${JSON.stringify(folder.lock)}).exec('BEGIN EXCLUSIVE');
      process.stdout.write('held'); setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    expect(() => lockDataFolder(folder)).toThrow(/Another haltwire server/);
    child.kill('SIGKILL');
    await once(child, 'exit');
    lockDataFolder(folder).release();
  });
});
