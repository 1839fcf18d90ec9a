import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TOPIC, type TopicName } from '@haltwire/schemas';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createAssignment, groupIdOf } from './assignment/create-assignment.ts';
import { type BrokerCluster, startCluster } from './broker/start-cluster.ts';
import { createDialer, type Line, openLine } from './client/connection.ts';
import type { KafkaConfig, KafkaConfigInput } from './config/config.ts';
import { KafkaMetrics } from './metrics.ts';
import { type KafkaLog, openKafkaLog } from './open-kafka-log.ts';
import { readToEnd } from './testing/read.ts';
import { describeWithKafka, freshTopics } from './testing/test-broker.ts';
import { topicNameOf } from './topics/topic-name.ts';

const entry = (value: string) => ({ key: 'a', value });
const FENCED = { code: 'HALTWIRE_FENCED' };

describeWithKafka('with three brokers of which one dies', () => {
  let folder = '';
  let cluster: BrokerCluster;
  const logs: KafkaLog[] = [];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'haltwire-three-'));
    cluster = await startCluster(3, { dataDir: folder });
  }, 180_000);
  afterEach(() => Promise.all(logs.splice(0).map((log) => log.close())));
  afterAll(async () => {
    await cluster?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const topics = (settings: Partial<KafkaConfigInput> = {}) =>
    freshTopics(cluster.bootstrap, { replication: 3, requestTimeoutMs: 1500, ...settings });

  function open(config: KafkaConfig): KafkaLog {
    const log = openKafkaLog({ config });
    logs.push(log);
    return log;
  }

  async function asking<Answer>(config: KafkaConfig, ask: (line: Line) => Promise<Answer>): Promise<Answer> {
    const line = openLine(createDialer(config));
    try {
      return await ask(line);
    } finally {
      line.drop();
    }
  }

  /** Place in the cluster of the broker that leads the partition. */
  function leaderPlace(config: KafkaConfig, topic: TopicName, partition: number): Promise<number> {
    const name = topicNameOf(topic, config);
    return asking(config, async (line) => {
      await line.know(name);
      return Number([...line.leadersOf(name, [partition]).keys()][0]) - 1;
    });
  }

  test('a right that was taken over stays taken, and its holder loses and repeats nothing', async () => {
    const config = await topics();
    const log = open(config);
    const patient = open({ ...config, deliveryTimeoutMs: 60_000 });
    const old = await log.sink.takeOver(TOPIC.decisions, 0);
    await old.append([entry('0')]);
    const young = await patient.sink.takeOver(TOPIC.decisions, 0);

    const place = await leaderPlace(config, TOPIC.decisions, 0);
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
    const left = { ...config, brokers: config.brokers.filter((_, at) => at !== place) };
    expect(await leaderPlace(left, TOPIC.decisions, 0)).not.toBe(place);

    // A third holder, while a broker is missing; then the broker is back and leads again or not.
    const third = await patient.sink.takeOver(TOPIC.decisions, 0);
    await expect(young.append([entry('zombie')])).rejects.toMatchObject(FENCED);
    await cluster.restart(place);
    await third.append([entry(`${n}`)]);
    await expect(young.append([entry('zombie')])).rejects.toMatchObject(FENCED);
    const read = await readToEnd(patient.source, TOPIC.decisions);
    expect(read.map(({ value }) => value)).toEqual(Array.from({ length: n + 1 }, (_, at) => `${at}`));
  }, 120_000);

  test('a follower of a whole topic misses and repeats nothing, and hears of others’ partitions meanwhile', async () => {
    const config = await topics({ partitions: 6 });
    const writer = open({ ...config, deliveryTimeoutMs: 60_000 });
    const seen = new Map<number, string[]>();
    const stop = new AbortController();
    const follower = open(config).followTopic(TOPIC.sessions, { signal: stop.signal })[Symbol.asyncIterator]();
    const collect = async (round: number, partitions: readonly number[]) => {
      while (partitions.some((partition) => seen.get(partition)?.at(-1) !== `${round}`)) {
        const { value, done } = await follower.next();
        if (done === true) throw new Error('the follower ended');
        seen.set(value.partition, [...(seen.get(value.partition) ?? []), ...value.entries.map((one) => one.value)]);
      }
    };
    const appendRound = (round: number, partitions: readonly number[]) =>
      Promise.all(
        partitions.map((partition) => writer.sink.append(TOPIC.sessions, [entry(`${round}`)], { partition })),
      );
    const all = [0, 1, 2, 3, 4, 5];
    await Promise.all([appendRound(0, all), collect(0, all)]);

    const place = await leaderPlace(config, TOPIC.sessions, 0);
    const leaders = await Promise.all(all.map((partition) => leaderPlace(config, TOPIC.sessions, partition)));
    const others = all.filter((partition) => leaders[partition] !== place);
    expect(others.length).toBeGreaterThan(0);
    await cluster.brokers[place]?.kill();
    await Promise.all([appendRound(1, others), collect(1, others)]);
    await Promise.all([appendRound(2, all), collect(2, all)]);
    await cluster.restart(place);
    await Promise.all([appendRound(3, all), collect(3, all)]);
    expect([...seen].sort()).toEqual(
      all.map((partition) => [partition, others.includes(partition) ? ['0', '1', '2', '3'] : ['0', '2', '3']]),
    );
    stop.abort();
  }, 120_000);

  test('members of a group keep their partitions while its coordinator moves', async () => {
    const config = await topics({ partitions: 6, sessionTimeoutMs: 30_000, heartbeatMs: 500 });
    const members = await Promise.all(
      ['one', 'two'].map(async () => {
        const heard: (readonly number[])[] = [];
        const metrics = new KafkaMetrics();
        const assignment = createAssignment({ config, group: 'haltwire-detector', topic: TOPIC.inputs, metrics });
        await assignment.join((partitions) => heard.push(partitions));
        return { heard, metrics, assignment };
      }),
    );
    const isShared = () => members.every(({ heard }) => heard.at(-1)?.length === 3);
    while (!isShared()) await new Promise((resolve) => setTimeout(resolve, 20));
    const before = members.map(({ heard }) => [...heard]);

    const groupId = groupIdOf('haltwire-detector', config);
    const coordinator = () =>
      asking(config, async (line) => {
        await line.know(topicNameOf(TOPIC.inputs, config));
        const { coordinator: found } = await line.cluster.findGroupCoordinatorMetadata({ groupId });
        return Number(found.nodeId) - 1;
      });
    const place = await coordinator();
    await cluster.brokers[place]?.kill();
    const answered = (at: number) => members[at]?.metrics.read().offsetsCommitted ?? 0;
    // A commit that is answered says that the new coordinator knows the member in the same generation.
    while (members.some((_, at) => answered(at) === 0)) {
      for (const { assignment, heard } of members) {
        const [partition = 0] = heard.at(-1) ?? [];
        assignment.commit(partition, { partition, offset: 1, index: 0 });
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(members.map(({ heard }) => heard)).toEqual(before);
    for (const { metrics } of members) {
      expect(metrics.read()).toMatchObject({ membershipsLost: 0, assignmentsLapsed: 0 });
    }
    await Promise.all(members.map(({ assignment }) => assignment.leave()));
    await cluster.restart(place);
  }, 120_000);
});
