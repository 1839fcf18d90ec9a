import { openKafkaLog } from '@haltwire/kafka';
import { TOPIC } from '@haltwire/schemas';
import { seeded } from '../support/random.ts';
import { type Account, POISON, takeAccount } from './account.ts';
import { type Cluster, type ClusterOptions, startTestCluster, untilOwned } from './cluster.ts';
import { allFaults, type FaultTimes } from './faults.ts';
import { pause, startLoad } from './load.ts';

export interface ChaosOptions extends ClusterOptions, FaultTimes {
  readonly seed: number;
  /** How many faults, each kind in turn, in a random order. */
  readonly faults: number;
  readonly onProgress: (line: string) => void;
}

/**
 * Agents at work over a whole cluster while its parts are killed, paused and taken away, one after another; then everything
 * that was acknowledged, decided and archived is counted.
 */
export async function chaosRun(folder: string, options: ChaosOptions): Promise<Account> {
  const random = seeded(options.seed);
  const cluster = await startTestCluster(folder, options);
  try {
    const load = await startLoad(cluster);
    await poison(cluster);
    let faults: ReturnType<typeof allFaults>[number][] = [];
    for (let n = 0; n < options.faults; n += 1) {
      if (faults.length === 0) faults = shuffled(allFaults(options, options.partitions), random);
      const fault = faults.pop();
      if (fault === undefined) break;
      // Now and then the fault comes exactly between a person's approval and the allow.
      const ran = load.ran;
      if (random() < 0.3) await viaApproval(load, () => fault.run(cluster, random));
      else await fault.run(cluster, random);
      await untilOwned(cluster, options.partitions);
      // Work goes on after each fault: else there is nothing to break.
      for (const goal = load.ran + 10; load.ran < goal; ) await pause(20);
      if (random() < 0.5) await load.killOne();

      options.onProgress(`${fault.name}: ${load.ran - ran} calls ran meanwhile`);
    }
    await load.stop();
    return await takeAccount(folder, cluster, load);
  } finally {
    await cluster.stop();
  }
}

/** Records that are none of ours, in every partition: as a broken or foreign writer leaves them. */
async function poison({ kafka }: Cluster): Promise<void> {
  const log = openKafkaLog({ config: kafka });
  const entry = { key: 'nobody', value: JSON.stringify({ type: POISON }) };
  for (const partition of await log.source.partitions(TOPIC.inputs)) {
    await log.sink.append(TOPIC.inputs, [entry], { partition });
  }
  await log.close();
}

/** Runs the fault when the next question has just been answered. */
function viaApproval(load: { betweenApprovalAndAllow: (() => Promise<void>) | undefined }, fault: () => Promise<void>) {
  return new Promise<void>((resolve, reject) => {
    load.betweenApprovalAndAllow = () => fault().then(resolve, reject);
  });
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
