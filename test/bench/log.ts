import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLog } from '../../deploy/standalone/src/log/open-log.ts';
import { type Row, rowOf } from './report.ts';

const ROUNDS = 5;
const APPENDS = 100;
const value = JSON.stringify({ filler: 'x'.repeat(1200) });

/** One append at a time, until it is durable: the least that the gate must wait for the disk. */
export async function benchLog(durability: 'disk' | 'process'): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'haltwire-bench-'));
  const log = openLog({ path: folder, durability });
  try {
    const rounds: number[][] = [];
    for (let round = 0; round <= ROUNDS; round += 1) {
      const samples: number[] = [];
      for (let append = 0; append < APPENDS; append += 1) {
        const start = performance.now();
        await log.sink.append('agent.inputs', [{ key: 'bench', value }]);
        samples.push((performance.now() - start) * 1000);
      }
      // The first of the rounds warms up.
      if (round > 0) rounds.push(samples);
    }
    return [rowOf(`log: one append alone, durability ${durability}`, rounds)];
  } finally {
    await log.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
