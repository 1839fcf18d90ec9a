import { type LogEntry, type Position, TOPIC } from '@haltwire/schemas';
import { ConfigResourceTypes, Kafka, logLevel } from 'kafkajs';
import { expect, test } from 'vitest';
import { createDialer } from '../client/connection.ts';
import type { KafkaConfig } from '../config/config.ts';
import { type KafkaLog, openKafkaLog } from '../open-kafka-log.ts';
import { takeOver } from '../snapshots/transactions.ts';
import { describeWithKafka, useBroker } from '../testing/test-broker.ts';
import { topicNameOf } from '../topics/topic-name.ts';

const entry = (value: string, key = 'a') => ({ key, value });
const at = (offset: number, index = 0): Position => ({ partition: 0, offset, index });

describeWithKafka('a reader with an end', () => {
  const kafka = useBroker(async () => ({ overrides: { 'log.cleaner.backoff.ms': '100' } }));

  async function readTo(log: KafkaLog, topic: 'agent.inputs' | 'agent.sessions', until: Position, from?: Position) {
    const read: LogEntry[] = [];
    const { signal } = new AbortController();
    for await (const batch of log.source.read(topic, 0, { from, until, signal })) read.push(...batch);
    return read.map(({ value }) => value);
  }

  test('delivers nothing at or after it, in the middle of a record too', async () => {
    const log = openKafkaLog({ config: await kafka.topics() });
    await log.sink.append(TOPIC.inputs, [entry('0.0'), entry('0.1'), entry('0.2')]);
    await log.sink.append(TOPIC.inputs, [entry('1.0'), entry('1.1')]);
    expect(await readTo(log, TOPIC.inputs, at(0, 2))).toEqual(['0.0', '0.1']);
    expect(await readTo(log, TOPIC.inputs, at(1))).toEqual(['0.0', '0.1', '0.2']);
    expect(await readTo(log, TOPIC.inputs, at(1, 1), at(0, 1))).toEqual(['0.1', '0.2', '1.0']);
    expect(await readTo(log, TOPIC.inputs, at(0, 3), at(0, 3))).toEqual([]);
    expect(await readTo(log, TOPIC.inputs, at(2, 0), at(2, 0))).toEqual([]);
    expect(await readTo(log, TOPIC.inputs, at(0))).toEqual([]);
    await log.close();
  });

  test('waits for what is not there yet', async () => {
    const log = openKafkaLog({ config: await kafka.topics() });
    const reading = readTo(log, TOPIC.inputs, at(3));
    for (const value of ['0', '1', '2', '3']) await log.sink.append(TOPIC.inputs, [entry(value)]);
    expect(await reading).toEqual(['0', '1', '2']);
    await log.close();
  });

  test('ends where the last offsets hold nothing to read: fences, and marks of transactions', async () => {
    const config = await kafka.topics();
    const log = openKafkaLog({ config });
    await log.sink.append(TOPIC.inputs, [entry('event')]);
    const writer = await takeOver(createDialer(config), `${config.topicPrefix}somebody`);
    await writer.write(topicNameOf(TOPIC.inputs, config), [{ key: 'a', value: 'in a transaction', partition: 0 }]);
    await writer.close();
    // The mark comes a moment after the answer.
    while ((await log.source.end(TOPIC.inputs, 0)).offset < 3) await new Promise((resolve) => setTimeout(resolve, 10));
    const end = at(3);
    expect(await readTo(log, TOPIC.inputs, end)).toEqual(['event', 'in a transaction']);
    const { from } = await log.sink.takeOver(TOPIC.inputs, 0);
    expect(from.offset).toBe(4);
    expect(await readTo(log, TOPIC.inputs, from)).toEqual(['event', 'in a transaction']);
    expect(await readTo(log, TOPIC.inputs, from, end)).toEqual([]);
    await log.close();
  });

  async function compactSoon(config: KafkaConfig, topic: string) {
    const client = new Kafka({ brokers: [...config.brokers], logLevel: logLevel.NOTHING });
    const admin = client.admin();
    await admin.connect();
    const settings = {
      'segment.ms': '50',
      'min.cleanable.dirty.ratio': '0.001',
      'delete.retention.ms': '0',
    };
    await admin.alterConfigs({
      validateOnly: false,
      resources: [
        {
          type: ConfigResourceTypes.TOPIC,
          name: topic,
          configEntries: Object.entries({ 'cleanup.policy': 'compact', ...settings }).map(([name, value]) => ({
            name,
            value,
          })),
        },
      ],
    });
    await admin.disconnect();
    return client;
  }

  test('ends where compaction has left nothing before it, and a follower goes on behind the hole', async () => {
    const config = await kafka.topics();
    const topic = topicNameOf(TOPIC.sessions, config);
    const client = await compactSoon(config, topic);
    // A foreign producer without an identity: nothing makes the cleaner keep its last batch.
    const producer = client.producer({ allowAutoTopicCreation: false });
    await producer.connect();
    const log = openKafkaLog({ config });
    const holes = async (end: number) => {
      const values = await readTo(log, TOPIC.sessions, at(end));
      return end - values.length;
    };
    let end = 0;
    do {
      for (const value of ['x', null]) {
        const [sent] = await producer.send({ topic, messages: [{ key: 'gone', value, partition: 0 }] });
        end = Number(sent?.baseOffset) + 1;
      }
    } while ((await holes(end)) < 4);
    // Whatever is left, each of these ends.
    for (let until = 0; until <= end; until += 1) await readTo(log, TOPIC.sessions, at(until));
    const stop = new AbortController();
    const follower = log.source.read(TOPIC.sessions, 0, { signal: stop.signal })[Symbol.asyncIterator]();
    const last = async () => {
      for (;;) {
        const { value = [] } = await follower.next();
        if (value.at(-1)?.value === 'next') return value.at(-1);
      }
    };
    const waiting = last();
    await log.sink.append(TOPIC.sessions, [entry('next')]);
    expect((await waiting)?.position.offset).toBe(end);
    stop.abort();
    await producer.disconnect();
    await log.close();
  });
});
