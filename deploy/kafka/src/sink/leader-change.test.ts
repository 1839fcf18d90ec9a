import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TOPIC } from '@haltwire/schemas';
import { expect, test } from 'vitest';
import { startCluster } from '../broker/start-cluster.ts';
import { createDialer, openLine } from '../client/connection.ts';
import type { KafkaConfig } from '../config/config.ts';
import { openKafkaLog } from '../open-kafka-log.ts';
import { readToEnd } from '../testing/read.ts';
import { describeWithKafka, freshTopics } from '../testing/test-broker.ts';
import { topicNameOf } from '../topics/topic-name.ts';

const entry = (value: string) => ({ key: 'a', value });
const FENCED = { code: 'HALTWIRE_FENCED' };

/** Place in the cluster of the broker that leads the partition. */
async function leaderPlace(config: KafkaConfig): Promise<number> {
  const line = openLine(createDialer(config));
  const topic = topicNameOf(TOPIC.decisions, config);
  try {
    await line.know(topic);
    return Number(Object.keys(line.cluster.findLeaderForPartitions(topic, [0]))[0]) - 1;
  } finally {
    line.drop();
  }
}

describeWithKafka('with three brokers', () => {
  test('a right that was taken over stays taken when the leader dies, and its holder loses and repeats nothing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'haltwire-leader-'));
    const cluster = await startCluster(3, { dataDir: folder });
    const config = await freshTopics(cluster.bootstrap, { replication: 3, requestTimeoutMs: 1500 });
    const log = openKafkaLog({ config });
    const patient = openKafkaLog({ config: { ...config, deliveryTimeoutMs: 60_000 } });
    const old = await log.sink.takeOver(TOPIC.decisions, 0);
    await old.append([entry('0')]);
    const young = await patient.sink.takeOver(TOPIC.decisions, 0);

    const place = await leaderPlace(config);
    const appends: Promise<unknown>[] = [];
    let n = 1;
    const appendSome = async (count: number) => {
      for (const last = n + count; n < last; n += 1) {
        appends.push(young.append([entry(`${n}`)]));
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    };
    await appendSome(50);
    const killed = cluster.brokers[place]?.kill();
    await appendSome(50);
    await killed;
    await expect(old.append([entry('zombie')])).rejects.toMatchObject(FENCED);
    await Promise.all(appends);
    expect(await leaderPlace({ ...config, brokers: config.brokers.filter((_, at) => at !== place) })).not.toBe(place);

    // A third holder, while a broker is missing; then the broker is back and leads again or not.
    const third = await patient.sink.takeOver(TOPIC.decisions, 0);
    await expect(young.append([entry('zombie')])).rejects.toMatchObject(FENCED);
    await cluster.restart(place);
    await third.append([entry(`${n}`)]);
    await expect(young.append([entry('zombie')])).rejects.toMatchObject(FENCED);
    const read = await readToEnd(patient.source, TOPIC.decisions);
    expect(read.map(({ value }) => value)).toEqual(Array.from({ length: n + 1 }, (_, at) => `${at}`));
    await log.close();
    await patient.close();
    await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  }, 180_000);
});
