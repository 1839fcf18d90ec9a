import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CrashReport, crashRun } from './support/crash-run.ts';
import { runSeed } from './support/random.ts';

/**
 * `npm run verify:long`: the crash run of `npm test`, long enough to believe. HALTWIRE_SEED repeats one, HALTWIRE_RUNS and
 * HALTWIRE_CRASHES set its length (default 5 runs of 40 crashes).
 */
const runs = Number(process.env.HALTWIRE_RUNS ?? 5);
const crashes = Number(process.env.HALTWIRE_CRASHES ?? 40);
const firstSeed = runSeed();

function faultsOf(report: CrashReport): string[] {
  const zero = [
    'acknowledgedLost',
    'executedWithoutIntent',
    'executedWithoutAllow',
    'executedTwice',
    'decidedTwice',
  ] as const;
  const more = ['killedSessionRan', 'heldRanBeforeApproval'] as const;
  const faults: string[] = [...zero, ...more].filter((name) => report[name] !== 0);
  if (!report.killStillThere) faults.push('the kill is gone');
  if (!report.sameHold) faults.push('the hold changed');
  if (report.heldRanAfterApproval !== 1) faults.push(`the approved call ran ${report.heldRanAfterApproval} times`);
  return faults;
}

let bad = 0;
for (let run = 0; run < runs; run += 1) {
  const seed = firstSeed + run;
  const folder = mkdtempSync(join(tmpdir(), 'haltwire-long-'));
  process.stdout.write(`run ${run + 1} of ${runs}, HALTWIRE_SEED=${seed}, ${crashes} crashes ... `);
  const report = await crashRun(folder, seed, crashes);
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  const faults = faultsOf(report);
  bad += faults.length > 0 ? 1 : 0;
  process.stdout.write(
    `${report.executed} calls ran, ${report.acknowledged} events acknowledged: ${faults.join(', ') || 'all kept'}\n`,
  );
}
process.stdout.write(`\n${runs - bad} passed, ${bad} failed\n`);
process.exitCode = bad === 0 ? 0 : 1;
