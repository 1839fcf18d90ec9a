import { describeWithKafka } from '@haltwire/kafka/testing';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../support/folder.ts';
import { runSeed } from '../support/random.ts';
import { chaosRun } from './chaos-run.ts';
import { faultsOf } from './faults-of.ts';

describeWithKafka('a cluster whose parts are killed, paused and taken away', () => {
  it('loses and repeats nothing, obeys no replaced detector, revives no killed session, runs no held call unasked', async () => {
    const seed = runSeed();
    console.info(`chaos run, HALTWIRE_SEED=${seed}`);
    const account = await chaosRun(temporaryFolder(), {
      seed,
      // Each kind of fault once, in an order of its own.
      faults: 8,
      brokers: 1,
      partitions: 4,
      collectors: 2,
      detectors: 3,
      archivers: 2,
      brokerPausedMs: 3000,
      clickhouseAwayMs: 3000,
      onProgress: (line) => console.info(line),
    });
    console.info(JSON.stringify(account));
    expect(faultsOf(account)).toEqual([]);
    expect(account.executed).toBeGreaterThan(80);
    expect(account.acknowledged).toBeGreaterThan(80);
    expect(account.questionsAsked).toBeGreaterThan(0);
  }, 600_000);
});
