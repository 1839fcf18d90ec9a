import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { playHonestDay } from '../testing/recorded-day.ts';
import { runHaltwire } from '../testing/run-haltwire.ts';
import { startTestServer } from '../testing/test-server.ts';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

/** Commands of the README's sections on recorded inputs, without their comments. */
const commands = [
  ...readme.matchAll(/^haltwire ((?:replay|policy) .*(?:--data|--file|policy\.yaml).*?)(?: {2,}#.*)?$/gm),
].map(([, command = '']) => command);

describe('the README', () => {
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'haltwire-readme-'));
    const server = await startTestServer(join(folder, '.haltwire'));
    await playHonestDay(server);
    await server.stop();
    for (const name of ['stricter.yaml', 'a.yaml', 'b.yaml']) writeFileSync(join(folder, name), 'version: 1\n');
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('shows commands over recorded inputs that work as they stand, one after the other', async () => {
    expect(commands.length).toBe(8);
    for (const command of commands) {
      const [line = '', target] = command.split(' > ');
      const { code, out, err } = await runHaltwire(line.trim().split(/ +/), {}, folder);
      expect({ command, code, err: err.replace(/^(Wrote .*|warning: .*)\n/gm, '') }).toEqual({
        command,
        code: 0,
        err: '',
      });
      if (target !== undefined) writeFileSync(join(folder, target), out);
    }
  }, 60_000);
});
