import type { Cluster, Slot } from './cluster.ts';
import { pause, persist } from './load.ts';

/** Something that breaks, and is mended again. */
export interface Fault {
  readonly name: string;
  /** Resolves when it is mended. */
  run(cluster: Cluster, random: () => number): Promise<void>;
}

/** How long things stay broken, ms. */
export interface FaultTimes {
  readonly brokerPausedMs: number;
  readonly clickhouseAwayMs: number;
}

function pick<T>(items: readonly T[], random: () => number): T {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new RangeError('nothing to choose from');
  return item;
}

/** kill -9 of one process of a role, at a random moment; then it comes back. */
function killed(role: 'collector' | 'detector' | 'archiver'): Fault {
  return {
    name: `kill -9 of a ${role}`,
    async run(cluster, random) {
      const slot = pick(cluster.slots[role], random);
      await pause(random() * 300);
      await slot.process?.kill();
      await pause(random() * 1500);
      await cluster.start(slot);
    },
  };
}

async function ownedBy(cluster: Cluster, slots: readonly Slot[]): Promise<number> {
  const counts = await Promise.all(slots.map((slot) => cluster.metric(slot, 'haltwire_detector_partitions_live')));
  return counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);
}

/** A detector that sleeps through a rebalance and wakes up believing that nothing has happened. */
function sleepsThroughRebalance(partitions: number): Fault {
  return {
    name: 'a detector paused through a rebalance and woken',
    async run(cluster, random) {
      const slot = pick(cluster.slots.detector, random);
      const others = cluster.slots.detector.filter((other) => other !== slot);
      slot.process?.pause();
      try {
        await persist(async () => {
          if ((await ownedBy(cluster, others)) < partitions) throw new Error('not taken over yet');
        });
        await pause(random() * 500);
      } finally {
        slot.process?.resume();
      }
    },
  };
}

/** One detector more for a while: partitions move there and back. */
const rebalance: Fault = {
  name: 'a detector comes and goes in good order',
  async run(cluster, random) {
    const slot = pick(cluster.slots.detector, random);
    const code = await slot.process?.stop();
    if (code !== 0) throw new Error(`the detector ended with ${code}:\n${slot.process?.stderr().slice(-2000)}`);
    await pause(random() * 1000);
    await cluster.start(slot);
  },
};

const brokerKilled: Fault = {
  name: 'kill -9 of a broker',
  async run(cluster, random) {
    const place = Math.floor(random() * cluster.brokers().length);
    await cluster.brokers()[place]?.kill();
    await pause(random() * 1000);
    await cluster.restartBroker(place);
  },
};

function brokerPaused(ms: number): Fault {
  return {
    name: `a broker paused for ${ms} ms`,
    async run(cluster, random) {
      const broker = pick(cluster.brokers(), random);
      broker.pause();
      await pause(ms);
      broker.resume();
    },
  };
}

function clickhouseAway(ms: number): Fault {
  return {
    name: `ClickHouse away for ${ms} ms`,
    async run(cluster) {
      await cluster.clickhouse.kill();
      await pause(ms);
      await cluster.clickhouse.start();
    },
  };
}

/** Every kind of fault there is. */
export function allFaults({ brokerPausedMs, clickhouseAwayMs }: FaultTimes, partitions: number): readonly Fault[] {
  return [
    killed('collector'),
    killed('detector'),
    sleepsThroughRebalance(partitions),
    rebalance,
    brokerKilled,
    brokerPaused(brokerPausedMs),
    killed('archiver'),
    clickhouseAway(clickhouseAwayMs),
  ];
}
