import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TOPIC } from '@haltwire/schemas';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openKafkaLog } from '../open-kafka-log.ts';
import { readToEnd } from '../testing/read.ts';
import { describeWithKafka, freshTopics } from '../testing/test-broker.ts';
import { KAFKA_VERSION, POM_PATH } from './available.ts';
import { startBroker } from './start-broker.ts';
import { startCluster } from './start-cluster.ts';

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describeWithKafka('the launcher', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'haltwire-launcher-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  test('a broker that is stopped and started again on its folder is where it was, with its data', async () => {
    const broker = await startBroker({ dataDir: folder });
    const config = await freshTopics(broker.bootstrap);
    const log = openKafkaLog({ config });
    await log.sink.append(TOPIC.inputs, [{ key: 'a', value: 'kept' }]);
    await log.close();
    await broker.stop();
    expect(isRunning(broker.pid)).toBe(false);
    const again = await startBroker({ dataDir: folder });
    expect(again.bootstrap).toBe(broker.bootstrap);
    const reopened = openKafkaLog({ config });
    expect(await readToEnd(reopened.source, TOPIC.inputs)).toMatchObject([{ value: 'kept' }]);
    await reopened.close();
    await again.kill();
    expect(isRunning(again.pid)).toBe(false);
  });

  test('runs the version that its pom names', () => {
    expect(readFileSync(POM_PATH, 'utf8')).toContain(`<version>${KAFKA_VERSION}</version>`);
  });

  test('a broker that cannot start says why', async () => {
    const starting = startBroker({ dataDir: folder, overrides: { 'log.retention.ms': 'soon' } });
    await expect(starting).rejects.toMatchObject({ message: expect.stringMatching(/log\.retention\.ms/) });
  });

  test('three brokers hold three copies; one may be lost and come back without losing anything acknowledged', async () => {
    const cluster = await startCluster(3, { dataDir: folder });
    const config = await freshTopics(cluster.bootstrap, {
      partitions: 3,
      replication: 3,
      requestTimeoutMs: 1500,
      deliveryTimeoutMs: 30_000,
    });
    const log = openKafkaLog({ config });
    const acknowledged = new Set<string>();
    let n = 0;
    const appendSome = async (count: number) => {
      for (const last = n + count; n < last; n += 1) {
        await Promise.all(
          ['a', 'b', 'c', 'd'].map(async (key) => {
            const value = `${key}${n}`;
            await log.sink.append(TOPIC.inputs, [{ key, value }]);
            acknowledged.add(value);
          }),
        );
      }
    };
    await appendSome(20);
    await cluster.brokers[1]?.kill();
    await appendSome(20);
    await cluster.restart(1);
    await appendSome(20);
    const partitions = await log.source.partitions(TOPIC.inputs);
    expect(partitions).toEqual([0, 1, 2]);
    const read = (await Promise.all(partitions.map((one) => readToEnd(log.source, TOPIC.inputs, one)))).flat();
    expect(read.map(({ value }) => value).sort()).toEqual([...acknowledged].sort());
    await log.close();
    await cluster.stop();
  }, 120_000);
});
