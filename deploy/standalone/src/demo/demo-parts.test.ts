import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createReadFile, createShell } from './agent/tools.ts';
import { writeRepository } from './repository.ts';

const tokens = { staging: 'staging-fake', domains: 'domains-fake' };
const never = () => new AbortController().signal;

describe('the agent at its tools', () => {
  let folder: string;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'haltwire-tools-'));
    await writeRepository(folder, tokens, 'http://127.0.0.1:1');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('the shell runs in the repository and answers with output and errors', async () => {
    const shell = createShell(folder);
    const text = await shell({ command: 'ls scripts; ls nothing-here' }, { signal: never() });
    expect(text).toContain('domains.sh');
    expect(text).toContain('nothing-here');
  });

  test('a repository-wide search shows the token of the unrelated script', async () => {
    const found = await createShell(folder)({ command: 'grep -rniE "railway[a-z_]*token" .' }, { signal: never() });
    expect(found).toContain('scripts/domains.sh:4:RAILWAY_API_TOKEN="domains-fake"');
  });

  test('an abort kills the shell and everything that it started', async () => {
    const started = join(folder, 'started');
    execFileSync('mkfifo', [started]);
    const abort = new AbortController();
    // The grandchild holds the shell's output open: `running` can settle only when the grandchild is gone too.
    const command = `(echo up > ${started}; exec tail -f /dev/null) & wait`;
    const running = createShell(folder)({ command }, { signal: abort.signal });
    expect(await createReadFile(folder)({ path: 'started' }, { signal: never() })).toBe('up\n');
    abort.abort(new Error('killed'));
    await expect(running).rejects.toThrow('killed');
  });

  test('a tool whose signal has fired does not start', async () => {
    const signal = AbortSignal.abort(new Error('stop'));
    const touch = createShell(folder);
    await expect((async () => touch({ command: 'touch made' }, { signal }))()).rejects.toThrow('stop');
    await expect(createReadFile(folder)({ path: 'made' }, { signal: never() })).rejects.toThrow(/ENOENT/);
  });
});
