import { TOPIC } from '@haltwire/schemas';
import { ConfigResourceTypes, Kafka, logLevel } from 'kafkajs';
import { expect, test } from 'vitest';
import { describeWithKafka, useBroker } from '../testing/test-broker.ts';
import { ensureTopics } from './ensure-topics.ts';

describeWithKafka('the topics', () => {
  const kafka = useBroker();

  async function settingsOf(topic: string): Promise<Record<string, string>> {
    const admin = new Kafka({ brokers: [kafka.broker.bootstrap], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: ConfigResourceTypes.TOPIC, name: topic }],
    });
    await admin.disconnect();
    return Object.fromEntries((resources[0]?.configEntries ?? []).map((one) => [one.configName, one.configValue]));
  }

  test('are created as documented, and found to be right the next time', async () => {
    const config = await kafka.topics({ partitions: 3, retentionHours: 48 });
    expect(await settingsOf(`${config.topicPrefix}${TOPIC.inputs}`)).toMatchObject({
      'message.timestamp.type': 'LogAppendTime',
      'cleanup.policy': 'delete',
      'retention.ms': String(48 * 3_600_000),
      'max.message.bytes': String(16 * 1024 * 1024),
      'compression.type': 'uncompressed',
    });
    expect(await settingsOf(`${config.topicPrefix}${TOPIC.baselines}`)).toMatchObject({ 'cleanup.policy': 'compact' });
    expect(await ensureTopics(config)).toMatchObject({ created: [], existing: { length: Object.keys(TOPIC).length } });
  });

  test('that differ are named with the setting, the cure and the reason, and are left as they are', async () => {
    const config = await kafka.topics({ partitions: 2, retentionHours: 10 });
    const wanted = { ...config, partitions: 4, retentionHours: 20, maxMessageBytes: 32 * 1024 * 1024 };
    await expect(ensureTopics(wanted)).rejects.toMatchObject({
      code: 'HALTWIRE_CONFIG',
      message: expect.stringMatching(
        /agent\.inputs has 2 partitions, not 4: set kafka\.partitions to 2.*retention\.ms=36000000: set it to 72000000.*max\.message\.bytes/,
      ),
    });
    expect((await settingsOf(`${config.topicPrefix}${TOPIC.inputs}`))['retention.ms']).toBe('36000000');
  });

  test('may keep more than is asked for', async () => {
    const config = await kafka.topics({ retentionHours: -1 });
    expect((await ensureTopics({ ...config, retentionHours: 5, maxMessageBytes: 1024 * 1024 })).created).toEqual([]);
  });

  test('cannot have more copies than there are brokers: the message says so', async () => {
    const config = await kafka.topics();
    const wanted = { ...config, topicPrefix: 'three-copies.', replication: 3 };
    await expect(ensureTopics(wanted)).rejects.toMatchObject({
      code: 'HALTWIRE_CONFIG',
      message: expect.stringMatching(/kafka\.replication/),
    });
  });

  test('brokers that are not there are a clear error', async () => {
    const config = { ...(await kafka.topics()), brokers: ['127.0.0.1:1'] };
    await expect(ensureTopics(config)).rejects.toMatchObject({ code: 'HALTWIRE_UNAVAILABLE' });
  });
});
