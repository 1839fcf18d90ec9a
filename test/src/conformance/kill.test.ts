import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type LogEntry, type Position, TOPIC } from '@haltwire/schemas';
import { openLog } from 'haltwire';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readUntil, snapshotEntries } from './driver.ts';

interface Answered {
  readonly key: string;
  readonly n: number;
  readonly offset: number;
}

const writer = fileURLToPath(new URL('./kill-writer.ts', import.meta.url));

/** Lets the writer append until `lines` answers were read, then kills it with no warning. Returns what was answered. */
async function writeAndKill(path: string, durability: string, first: number, lines: number) {
  const child = spawn(process.execPath, ['--conditions=@haltwire/source', writer, path, durability, String(first)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
  const answered: Answered[] = [];
  let snapshot = -1;
  let count = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const said: unknown = JSON.parse(line);
    if (typeof said === 'object' && said !== null && 'snapshot' in said) snapshot = Number(said.snapshot);
    else answered.push(said as Answered);
    count += 1;
    if (count === lines) child.kill('SIGKILL');
  }
  expect(await exited).toBe('SIGKILL');
  return { answered, snapshot };
}

/** Small linear congruential generator: the same kill points every time. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state;
  };
}

describe('kill -9 of the process that holds the log', () => {
  let path: string;
  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), 'haltwire-kill-'));
  });
  afterEach(() => rm(path, { recursive: true, force: true }));

  test.each(['disk', 'process'] as const)('loses no answered append (durability %s)', async (durability) => {
    const random = seeded(42);
    const all: Answered[] = [];
    let newestSnapshot = -1;
    for (let round = 0; round < 6; round += 1) {
      const { answered, snapshot } = await writeAndKill(path, durability, round * 100_000, 1 + (random() % 400));
      all.push(...answered);
      newestSnapshot = Math.max(newestSnapshot, snapshot);

      const log = openLog({ path, durability });
      const end = await log.source.end(TOPIC.inputs, 0);
      const read: LogEntry[] = await readUntil(log, TOPIC.inputs, (entries) => entries.length >= end.offset);
      const stored = await log.snapshots.load(0);
      const snapshots = await snapshotEntries(log);
      await log.close();

      // Gap-free offsets, and each answered append stands at its position.
      expect(read.map((entry) => entry.position.offset)).toEqual(Array.from({ length: end.offset }, (_, n) => n));
      for (const { key, n, offset } of all) {
        expect(read[offset]).toMatchObject({ key, value: JSON.stringify({ n, part: 0 }) });
      }
      // Order per key, and no append is there in part.
      for (const key of ['a', 'b', 'c']) {
        const parts = read.filter((entry) => entry.key === key).map((entry) => JSON.parse(entry.value));
        const numbers = parts.map(({ n, part }: { n: number; part: number }) => n * 10 + part);
        expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
        for (const { n } of parts) {
          expect(parts.filter((other: { n: number }) => other.n === n)).toHaveLength(1 + (n % 4));
        }
      }
      // The snapshot is whole: both entries are those of its position, and none older than the last answered one.
      if (newestSnapshot >= 0) expect(stored.position).toBeDefined();
      if (stored.position === undefined) continue;
      const position: Position = stored.position;
      expect(snapshots).toEqual([
        ['one', JSON.stringify(position)],
        ['two', JSON.stringify(position)],
      ]);
      expect(position.offset).toBeGreaterThanOrEqual(newestSnapshot);
    }
  });
});
