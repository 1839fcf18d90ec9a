import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const bin = fileURLToPath(new URL('../bin.ts', import.meta.url));
const demoFolders = () => readdirSync(tmpdir()).filter((name) => name.startsWith('haltwire-demo-'));

test('the demo keeps every promise, end to end, and leaves nothing behind', async () => {
  const before = demoFolders();
  const child = spawn(process.execPath, ['--conditions=@haltwire/source', bin, 'demo', '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.on('data', (chunk) => {
    out += String(chunk);
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  const outcome = JSON.parse(out);
  expect(outcome.promises.filter(({ kept }: { kept: boolean }) => !kept)).toEqual([]);
  expect(code).toBe(0);
  expect(outcome.withHaltwire.timeline.map(({ ran }: { ran: boolean }) => ran)).toEqual([
    true,
    true,
    true,
    true,
    false,
  ]);
  const findings = outcome.withHaltwire.timeline.map(
    ({ decisions }: { decisions: Record<string, { name: string }[]>[] }) =>
      decisions.flatMap(({ invariants = [], indicators = [] }) =>
        [...invariants, ...indicators].map(({ name }) => name),
      ),
  );
  expect(findings[2]).toContain('found-credential');
  expect(findings[4]).toEqual(
    expect.arrayContaining(['credential-not-found', 'credential-purpose', 'environment', 'backup-in-blast-radius']),
  );
  expect(demoFolders()).toEqual(before);
});
