import { expect, it } from 'vitest';
import { crashRun } from '../support/crash-run.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runSeed } from '../support/random.ts';

it('a server killed at random points loses nothing, revives no killed session, runs no held call and decides nothing twice', async () => {
  const seed = runSeed();
  console.info(`crash run, HALTWIRE_SEED=${seed}`);
  const report = await crashRun(temporaryFolder(), seed, 5);
  expect(report).toMatchObject({
    crashes: 5,
    acknowledgedLost: 0,
    executedWithoutIntent: 0,
    executedWithoutAllow: 0,
    executedTwice: 0,
    decidedTwice: 0,
    killedSessionRan: 0,
    killStillThere: true,
    heldRanBeforeApproval: 0,
    sameHold: true,
    heldRanAfterApproval: 1,
  });
  expect(report.executed).toBeGreaterThan(5);
  expect(report.acknowledged).toBeGreaterThan(5);
}, 120_000);
