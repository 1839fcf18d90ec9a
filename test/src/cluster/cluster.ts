import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ClickHouseProcess, startClickHouse } from '@haltwire/collector/testing';
import { type KafkaConfig, parseKafkaConfig } from '@haltwire/kafka';
import { type Broker, startBroker, startCluster } from '@haltwire/kafka/broker';
import { Api } from '../support/api.ts';
import { type Balancer, startBalancer } from '../support/balancer.ts';
import { type RoleProcess, runHaltwire, startRole } from '../support/role-process.ts';
import { freePort } from '../support/server-process.ts';

export type RoleName = 'collector' | 'detector' | 'archiver';

/** One place for a process of a role: always on the same port. */
export interface Slot {
  readonly role: RoleName;
  readonly port: number;
  process: RoleProcess<{ url: string }> | undefined;
}

export interface ClusterOptions {
  readonly brokers: 1 | 3;
  readonly partitions: number;
  readonly collectors: number;
  readonly detectors: number;
  readonly archivers: number;
}

/** Haltwire's roles as real processes over a real Kafka and a ClickHouse over HTTP, with a balancer before each. */
export interface Cluster {
  readonly kafka: KafkaConfig;
  readonly clickhouse: ClickHouseProcess;
  readonly slots: Readonly<Record<RoleName, Slot[]>>;
  /** What agents post to. */
  readonly front: Balancer;
  /** Where agents' sockets and people's requests go. */
  readonly gate: Balancer;
  readonly api: Api;
  brokers(): readonly Broker[];
  restartBroker(place: number): Promise<void>;
  start(slot: Slot): Promise<void>;
  agentKey(agentId: string): Promise<string>;
  /** A sum over /metrics of the slot's process; undefined when it does not answer. */
  metric(slot: Slot, name: string): Promise<number | undefined>;
  stop(): Promise<void>;
}

/** Starts everything, and resolves when all partitions are owned. */
export async function startTestCluster(folder: string, options: ClusterOptions): Promise<Cluster> {
  mkdirSync(folder, { recursive: true });
  const ends: (() => unknown)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of ends.reverse()) await end();
  };
  try {
    return await assemble(folder, options, ends, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function assemble(
  folder: string,
  options: ClusterOptions,
  ends: (() => unknown)[],
  stop: () => Promise<void>,
): Promise<Cluster> {
  const brokers = await startBrokers(join(folder, 'kafka'), options.brokers);
  ends.push(() => Promise.all(brokers.all().map((broker) => broker.kill())));
  const clickhouse = await startClickHouse(join(folder, 'clickhouse'));
  ends.push(() => clickhouse.kill());
  const config = join(folder, 'haltwire.yaml');
  const kafka = { brokers: brokers.bootstrap.split(','), partitions: options.partitions, replication: options.brokers };
  writeFileSync(
    config,
    JSON.stringify({ listen: { port: 0 }, kafka, clickhouse: { url: clickhouse.url }, logLevel: 'info' }),
  );
  await runHaltwire(['topics', 'ensure', '--config', config]);
  const admin = await runHaltwire(['keys', 'create', '--person', 'admin', '--role', 'admin', '--config', config]);
  const adminToken = String(admin.secret);

  const slotsOf = (role: RoleName, count: number): Promise<Slot[]> =>
    Promise.all(Array.from({ length: count }, async () => ({ role, port: await freePort(), process: undefined })));
  const slots = {
    collector: await slotsOf('collector', options.collectors),
    detector: await slotsOf('detector', options.detectors),
    archiver: await slotsOf('archiver', options.archivers),
  };
  const start = async (slot: Slot): Promise<void> => {
    slot.process = await startRole<{ url: string }>([slot.role, '--config', config], {
      HALTWIRE_LISTEN_PORT: String(slot.port),
    });
  };
  ends.push(() => Promise.all(Object.values(slots).flatMap((all) => all.map((slot) => slot.process?.kill()))));
  await Promise.all(Object.values(slots).flatMap((all) => all.map(start)));
  const front = await startBalancer(slots.collector.map(({ port }) => port));
  const gate = await startBalancer(slots.detector.map(({ port }) => port));
  ends.push(() => Promise.all([front.close(), gate.close()]));
  const api = new Api(gate.url, adminToken);

  const cluster: Cluster = {
    kafka: parseKafkaConfig(kafka),
    clickhouse,
    slots,
    front,
    gate,
    api,
    brokers: brokers.all,
    restartBroker: brokers.restart,
    start,
    agentKey: async (agentId) => String((await api.call('POST', '/v1/keys', { kind: 'agent', agentId })).secret),
    metric: ({ port }, name) => readMetric(`http://127.0.0.1:${port}/metrics`, name),
    stop,
  };
  await untilOwned(cluster, options.partitions);
  return cluster;
}

/** Resolves when the running detectors own all partitions. */
export async function untilOwned(cluster: Cluster, partitions: number): Promise<void> {
  for (;;) {
    const counts = await Promise.all(
      cluster.slots.detector.map((slot) => cluster.metric(slot, 'haltwire_detector_partitions_live')),
    );
    if (counts.reduce<number>((sum, count) => sum + (count ?? 0), 0) >= partitions) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function readMetric(url: string, name: string): Promise<number | undefined> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(2000) });
    const lines = (await answer.text()).split('\n').filter((line) => line.startsWith(name) && !line.startsWith('#'));
    return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
  } catch {
    return undefined;
  }
}

async function startBrokers(dataDir: string, count: 1 | 3) {
  if (count === 3) {
    const cluster = await startCluster(3, { dataDir });
    return {
      bootstrap: cluster.bootstrap,
      all: () => cluster.brokers,
      restart: async (place: number) => void (await cluster.restart(place)),
    };
  }
  let broker = await startBroker({ dataDir });
  return {
    bootstrap: broker.bootstrap,
    all: () => [broker],
    restart: async () => {
      broker = await startBroker({ dataDir });
    },
  };
}
