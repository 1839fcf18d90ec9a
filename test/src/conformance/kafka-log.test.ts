import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureTopics, openKafkaLog, parseKafkaConfig } from '@haltwire/kafka';
import { type Broker, kafkaAvailable, startBroker } from '@haltwire/kafka/broker';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { describeLogDriver } from './describe-log-driver.ts';

const kafka = kafkaAvailable();

if (!kafka.available && process.env.CI !== undefined) throw new Error(`CI must not skip Kafka: ${kafka.reason}`);

if (!kafka.available) test.skip(`the log on Kafka: skipped, because ${kafka.reason}`);

describe.skipIf(!kafka.available)('on a real broker', () => {
  let folder: string;
  let broker: Broker;
  let storages = 0;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'haltwire-kafka-'));
    broker = await startBroker({ dataDir: folder });
  }, 180_000);
  afterAll(async () => {
    await broker?.kill();
    await rm(folder, { recursive: true, force: true });
  });

  for (const compression of ['none', 'zstd'] as const) {
    describeLogDriver(`the log on Kafka, compression ${compression}`, async () => {
      storages += 1;
      const config = parseKafkaConfig({
        brokers: [broker.bootstrap],
        topicPrefix: `conformance-${storages}.`,
        // The suite reads partition 0 and expects every key there.
        partitions: 1,
        replication: 1,
        compression,
      });
      await ensureTopics(config);
      // Topics of earlier tests stay until the broker's folder goes: deleting them would cost more than it frees.
      return { open: async () => openKafkaLog({ config }), destroy: async () => {} };
    });
  }
});
