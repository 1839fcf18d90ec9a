import { TOPIC } from '@haltwire/schemas';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { expect, test } from 'vitest';
import type { KafkaConfig } from '../config/config.ts';
import { openKafkaLog } from '../open-kafka-log.ts';
import { useFaultyBroker } from '../testing/faulty-broker.ts';
import { API } from '../testing/faulty-network.ts';
import { readToEnd } from '../testing/read.ts';
import { describeWithKafka } from '../testing/test-broker.ts';
import { topicNameOf } from '../topics/topic-name.ts';

const TIMEOUT_MS = 400;

describeWithKafka('when the answer to an append is lost', () => {
  const { kafka, network } = useFaultyBroker();

  async function valuesIn(config: KafkaConfig): Promise<string[]> {
    const log = openKafkaLog({ config });
    const read = await readToEnd(log.source, TOPIC.inputs);
    await log.close();
    return read.map(({ value }) => value);
  }

  test('it is sent again and is in the log once, and so is every other', async () => {
    const config = await kafka.topics({ requestTimeoutMs: TIMEOUT_MS });
    const log = openKafkaLog({ config });
    await log.sink.append(TOPIC.inputs, [{ key: 'a', value: 'before' }]);
    const lost = network().loseAnswer(API.produce);
    const first = log.sink.append(TOPIC.inputs, [{ key: 'a', value: 'first' }]);
    await lost;
    const second = log.sink.append(TOPIC.inputs, [{ key: 'a', value: 'second' }]);
    const positions = (await Promise.all([first, second])).flat();
    expect(positions.map(({ offset }) => offset)).toEqual([1, 2]);
    expect(log.metrics.read().produceRetries).toBeGreaterThan(0);
    await log.close();
    expect(await valuesIn(config)).toEqual(['before', 'first', 'second']);
  });

  // Why there is a producer of our own. It fails on the day when kafkajs is mended.
  test('kafkajs’ idempotent producer acknowledges an event that is not in the log', async () => {
    const config = await kafka.topics();
    const topic = topicNameOf(TOPIC.inputs, config);
    const producer = new Kafka({
      brokers: [...config.brokers],
      requestTimeout: TIMEOUT_MS,
      logLevel: logLevel.NOTHING,
    }).producer({
      idempotent: true,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    const send = (value: string) => producer.send({ topic, acks: -1, messages: [{ key: 'a', value }] });
    await send('before');
    const lost = network().loseAnswer(API.produce);
    const first = send('first');
    await lost;
    const second = send('second');
    const acknowledged = await Promise.allSettled([first, second]);
    await producer.disconnect();
    const there = await valuesIn(config);
    const lies = ['first', 'second'].filter(
      (value, place) => acknowledged[place]?.status === 'fulfilled' && !there.includes(value),
    );
    expect(lies).toEqual(['second']);
  });
});
