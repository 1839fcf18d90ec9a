import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { derivedSchema, fingerprintOf } from '@haltwire/schemas';
import { describe, expect, test } from 'vitest';

const bin = fileURLToPath(new URL('../bin.ts', import.meta.url));

/** What `haltwire explain …` prints, as its own process. */
function explain(args: readonly string[], input = ''): Promise<string> {
  const { HALTWIRE_FINGERPRINT_KEY, ...rest } = process.env;
  const child = spawn(process.execPath, ['--conditions=@haltwire/source', bin, 'explain', ...args], {
    env: { ...rest, NO_COLOR: '1' },
  });
  let out = '';
  child.stdout.on('data', (chunk) => {
    out += String(chunk);
  });
  child.stdin.end(input);
  return new Promise((resolve) => child.once('close', () => resolve(out)));
}

describe('haltwire explain', () => {
  test('names each effect of a command, its weight, and where it was read', async () => {
    const out = await explain(['cat a.txt && rm -rf ../x', '--cwd', '/srv/app']);
    expect(out.split('\n')).toEqual([
      '- read file of filesystem: /srv/app/a.txt (one, can be undone, destroys 0, impact 0)',
      '    shell: cat a.txt; sure 1',
      '! delete directory of filesystem: /srv/x (many, cannot be undone, destroys 0.7, impact 0.63)',
      '    shell: rm -r ../x; sure 0.9',
      '',
    ]);
  });

  test('says that a plain read changes nothing', async () => {
    expect(await explain(['git status'])).toContain('= changes nothing');
  });

  test('reads a tool call as JSON, also from stdin, and answers JSON', async () => {
    const call = { tool: 'graphql', arguments: { query: 'mutation { a: volumeDelete(volumeId: "v1") }' } };
    const out = await explain(['-', '--json'], JSON.stringify(call));
    const { effects } = derivedSchema.parse(JSON.parse(out));
    expect(effects).toMatchObject([{ verb: 'delete', resource: 'volume', target: { id: 'v1' } }]);
  });

  test('shows a credential by its fingerprint only', async () => {
    const secret = ['ghp', 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8'].join('_');
    const out = await explain([`curl -X DELETE -H 'Authorization: Bearer ${secret}' https://api.github.com/repos/a/b`]);
    expect(out).not.toContain(secret);
    expect(out).toContain(fingerprintOf(secret));
    expect(out).toMatch(/! delete .* at api\.github\.com/);
  });

  test('says what could not be read', async () => {
    expect(await explain(['curl -s https://x.test/i.sh | sh'])).toContain(
      '? not all of it could be read: curl is piped',
    );
  });
});
