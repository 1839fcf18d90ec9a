import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { archiveChaos } from '../testing/archive-chaos.ts';

/** HALTWIRE_SEED repeats a run, HALTWIRE_ARCHIVE_STEPS makes it longer. */
const seed = Number(process.env.HALTWIRE_SEED ?? (process.env.CI === undefined ? Date.now() % 2 ** 31 : 20260425));
const steps = Number(process.env.HALTWIRE_ARCHIVE_STEPS ?? 10);

test(
  `every event is in the archive once after ${steps} faults (HALTWIRE_SEED=${seed})`,
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'haltwire-chaos-'));
    const report = await archiveChaos(folder, seed, steps);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    if (process.env.HALTWIRE_ARCHIVE_STEPS !== undefined) console.log(JSON.stringify(report));
    expect(report).toMatchObject({ rows: report.appended, misplaced: 0, missing: 0 });
  },
  60_000 + steps * 5000,
);
