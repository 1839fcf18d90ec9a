import { Kafka, logLevel } from 'kafkajs';
import type { KafkaConfig } from '../src/index.ts';

/** kafkajs as anybody would use it. */
export interface Bare {
  /** Microseconds from sending one record until a reader that waits has it. */
  roundTrip(): Promise<number>;
  close(): Promise<void>;
}

/** What one hop through the same broker costs anybody: a record of a call's size, acks=all, until a waiting reader has it. */
export async function openBare({ brokers, fetchWaitMs }: Pick<KafkaConfig, 'brokers' | 'fetchWaitMs'>): Promise<Bare> {
  const kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ waitForLeaders: true, topics: [{ topic: 'bench.bare', numPartitions: 1 }] });
  await admin.disconnect();
  const producer = kafka.producer({ idempotent: true, allowAutoTopicCreation: false });
  const consumer = kafka.consumer({ groupId: 'bench', maxWaitTimeInMs: fetchWaitMs });
  await Promise.all([producer.connect(), consumer.connect()]);
  await consumer.subscribe({ topic: 'bench.bare' });
  let arrived: () => void = () => {};
  const joined = new Promise<void>((resolve) => consumer.on(consumer.events.GROUP_JOIN, () => resolve()));
  await consumer.run({ autoCommit: false, eachMessage: async () => arrived() });
  await joined;
  const value = 'x'.repeat(1200);
  return {
    async roundTrip(): Promise<number> {
      const start = performance.now();
      const there = new Promise<void>((resolve) => {
        arrived = resolve;
      });
      await producer.send({ topic: 'bench.bare', acks: -1, messages: [{ key: 'bench', value }] });
      await there;
      return (performance.now() - start) * 1000;
    },
    async close() {
      await consumer.disconnect();
      await producer.disconnect();
    },
  };
}
