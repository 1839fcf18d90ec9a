import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { kafkaAvailable } from '../broker/available.ts';
import { type Broker, type BrokerOptions, startBroker } from '../broker/start-broker.ts';
import { type KafkaConfig, type KafkaConfigInput, parseKafkaConfig } from '../config/config.ts';
import { ensureTopics } from '../topics/ensure-topics.ts';

const START_TIMEOUT_MS = 180_000;

/** `describe` where a broker can run; elsewhere one skipped test that says why. In CI that is an error. */
export function describeWithKafka(title: string, body: () => void): void {
  const kafka = kafkaAvailable();
  if (kafka.available) {
    describe(title, body);
    return;
  }
  if (process.env.CI !== undefined) throw new Error(`CI must not skip Kafka: ${kafka.reason}`);
  test.skip(`${title}: skipped, because ${kafka.reason}`);
}

/** A real broker for the tests of the surrounding `describe`. */
export interface TestBroker {
  readonly broker: Broker;
  readonly folder: string;
  /** Settings with topics of their own, which exist. One partition and one copy where nothing else is said. */
  topics(settings?: Partial<KafkaConfigInput>): Promise<KafkaConfig>;
  /** Takes the place of the broker: it was killed and started again. */
  replace(broker: Broker): void;
}

let prefixes = 0;

/** Settings for a broker on this machine, with topic names that no other test has. */
export async function freshTopics(bootstrap: string, settings: Partial<KafkaConfigInput> = {}): Promise<KafkaConfig> {
  prefixes += 1;
  const config = parseKafkaConfig({
    brokers: bootstrap.split(','),
    topicPrefix: `test-${prefixes}.`,
    partitions: 1,
    replication: 1,
    ...settings,
  });
  await ensureTopics(config);
  return config;
}

/** Starts a broker before the tests and ends it after them. */
export function useBroker(options: () => Promise<Omit<BrokerOptions, 'dataDir'>> = async () => ({})): TestBroker {
  let broker: Broker | undefined;
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'haltwire-kafka-'));
    broker = await startBroker({ dataDir: folder, ...(await options()) });
  }, START_TIMEOUT_MS);
  afterAll(async () => {
    await broker?.kill();
    await rm(folder, { recursive: true, force: true });
  });
  const running = () => {
    if (broker === undefined) throw new Error('the broker is not running yet');
    return broker;
  };
  return {
    get broker() {
      return running();
    },
    get folder() {
      return folder;
    },
    topics: (settings) => freshTopics(running().bootstrap, settings),
    replace(next) {
      broker = next;
    },
  };
}
