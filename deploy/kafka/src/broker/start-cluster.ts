import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { newClusterId } from './node-process.ts';
import { freePorts } from './ports.ts';
import { type Broker, type BrokerOptions, startNode, untilServing } from './start-broker.ts';

/** Options of `startCluster`. */
export interface ClusterOptions {
  /** Folder that holds one folder per broker. */
  readonly dataDir: string;
  readonly overrides?: BrokerOptions['overrides'];
}

/** Several brokers with copies of each other's data. */
export interface BrokerCluster {
  /** Addresses of all brokers, comma-separated. */
  readonly bootstrap: string;
  readonly brokers: readonly Broker[];
  /** Starts the broker at this place again, on its own data and port. The others must still be there. */
  restart(place: number): Promise<Broker>;
  stop(): Promise<void>;
}

/**
 * Starts a cluster of real brokers, each in a java process of its own, and resolves when all of them serve.
 *
 * With three, every topic may have three copies of which two must have a record before it is acknowledged: one broker
 * may be lost.
 *
 * @example
 * const cluster = await startCluster(3, { dataDir: './.haltwire/kafka' });
 * await cluster.brokers[0]?.kill();
 * await cluster.stop();
 */
export async function startCluster(count: number, { dataDir, overrides }: ClusterOptions): Promise<BrokerCluster> {
  await mkdir(dataDir, { recursive: true });
  const ports = await freePorts(count * 2);
  const nodes = Array.from({ length: count }, (_, place) => ({
    id: place + 1,
    port: ports[place * 2] ?? 0,
    controllerPort: ports[place * 2 + 1] ?? 0,
  }));
  const clusterId = newClusterId();
  const startAt = (node: (typeof nodes)[number]) =>
    startNode({ dataDir: join(dataDir, String(node.id)), overrides, node, nodes, clusterId });
  const started = await Promise.all(nodes.map(startAt));
  await untilServing(started);
  const brokers = started.map(({ broker }) => broker);
  return {
    bootstrap: brokers.map(({ bootstrap }) => bootstrap).join(','),
    brokers,
    async restart(place) {
      const node = nodes[place];
      if (node === undefined) throw new RangeError(`there is no broker at place ${place}`);
      const again = await startAt(node);
      await untilServing([again]);
      brokers[place] = again.broker;
      return again.broker;
    },
    async stop() {
      // Ended one after another, the last could not hand over its role and would wait in vain.
      await Promise.all(brokers.map((broker) => broker.stop()));
    },
  };
}
