import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kafkaAvailable } from '@haltwire/kafka/broker';
import { afterAll, expect, test } from 'vitest';

const bin = fileURLToPath(new URL('../bin.ts', import.meta.url));
const temporary = mkdtempSync(join(tmpdir(), 'haltwire-demo-test-'));
const demoFolders = () => readdirSync(temporary).filter((name) => name.startsWith('haltwire-demo-'));
afterAll(() => rmSync(temporary, { recursive: true, force: true }));

const kafka = kafkaAvailable();
if (!kafka.available && process.env.CI !== undefined) throw new Error(`CI must not skip Kafka: ${kafka.reason}`);
if (!kafka.available) test.skip(`the demo over Kafka: skipped, because ${kafka.reason}`);

const forms = kafka.available ? [[], ['--kafka']] : [[]];

test.each(forms.map((form) => [form]))(
  'the demo %j keeps every promise, end to end, and leaves nothing behind',
  {
    timeout: 240_000,
  },
  async (form) => {
    const before = demoFolders();
    const child = spawn(process.execPath, ['--conditions=@haltwire/source', bin, 'demo', '--json', ...form], {
      stdio: ['ignore', 'pipe', 'inherit'],
      // Its folders are counted at the end: not those of others on this machine.
      env: { ...process.env, TMPDIR: temporary },
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
  },
);
