import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kafkaAvailable } from '@haltwire/kafka/broker';
import { chaosRun } from './cluster/chaos-run.ts';
import { faultsOf as faultsOfCluster } from './cluster/faults-of.ts';
import { type CrashReport, crashRun } from './support/crash-run.ts';
import { growthOf, memoryRun } from './support/memory-run.ts';
import { runSeed } from './support/random.ts';

/**
 * `npm run verify:long`: the crash and chaos runs of `npm test`, long enough to believe. HALTWIRE_SEED repeats one,
 * HALTWIRE_RUNS, HALTWIRE_CRASHES, HALTWIRE_FAULTS and HALTWIRE_CALLS (classified, default 500,000) set the length (default 5 runs of 40 crashes; 3 clusters, one of them
 * with three brokers, of 24 faults each, with the broker paused for 30 s and ClickHouse away for 2 minutes).
 */
const runs = Number(process.env.HALTWIRE_RUNS ?? 5);
const crashes = Number(process.env.HALTWIRE_CRASHES ?? 40);
const chaosFaults = Number(process.env.HALTWIRE_FAULTS ?? 24);
const classified = Number(process.env.HALTWIRE_CALLS ?? 500_000);
/** More than this between the first fifth of the calls and the last is a leak, bytes. */
const MOST_GROWTH = 4 * 1024 * 1024;
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
const growth = growthOf(await memoryRun(classified, Math.max(1, Math.floor(classified / 5))));
bad += growth > MOST_GROWTH ? 1 : 0;
process.stdout.write(
  `${classified} calls classified: heap grown by ${Math.round(growth / 1024)} KiB, ${growth > MOST_GROWTH ? 'a leak' : 'flat'}\n`,
);
const clusterRuns = kafkaAvailable().available ? Math.min(runs, 3) : 0;
if (clusterRuns === 0) process.stdout.write('clusters: skipped, because no Kafka broker can run here\n');
for (let run = 0; run < clusterRuns; run += 1) {
  const seed = firstSeed + run;
  const brokers = run % 3 === 0 ? 3 : 1;
  const folder = mkdtempSync(join(tmpdir(), 'haltwire-chaos-'));
  process.stdout.write(
    `cluster ${run + 1} of ${clusterRuns}, HALTWIRE_SEED=${seed}, ${brokers} broker(s), ${chaosFaults} faults\n`,
  );
  const account = await chaosRun(folder, {
    seed,
    faults: chaosFaults,
    brokers,
    partitions: 6,
    collectors: 2,
    detectors: 3,
    archivers: 2,
    brokerPausedMs: 30_000,
    clickhouseAwayMs: 120_000,
    onProgress: (line) => process.stdout.write(`  ${line}\n`),
  });
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  const faults = faultsOfCluster(account);
  bad += faults.length > 0 ? 1 : 0;
  process.stdout.write(`  ${JSON.stringify(account)}\n  ${faults.join(', ') || 'all kept'}\n`);
}

process.stdout.write(`\n${runs + 1 + clusterRuns - bad} passed, ${bad} failed\n`);
process.exitCode = bad === 0 ? 0 : 1;
