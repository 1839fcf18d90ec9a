import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type PartitionAssignment, TOPIC } from '@haltwire/schemas';
import kafkajs, { Kafka, logLevel } from 'kafkajs';
import { afterEach, expect, test } from 'vitest';
import { startBroker } from '../broker/start-broker.ts';
import type { KafkaConfig } from '../config/config.ts';
import { KafkaMetrics } from '../metrics.ts';
import { describeWithKafka, useBroker } from '../testing/test-broker.ts';
import { createAssignment, groupIdOf } from './create-assignment.ts';

const ALL = [0, 1, 2, 3, 4, 5];
const GROUP = 'haltwire-detector';

/** What one member was told, in order. */
class Told {
  readonly heard: (readonly number[])[] = [];
  #watchers = new Set<() => void>();

  readonly listener = (partitions: readonly number[]): void => {
    this.heard.push(partitions);
    for (const watcher of this.#watchers) watcher();
  };

  get now(): readonly number[] {
    return this.heard.at(-1) ?? [];
  }

  watch(watcher: () => void): void {
    this.#watchers.add(watcher);
  }
}

/** Resolves as soon as it holds for what the members have been told. */
function until(members: readonly Told[], condition: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (condition()) resolve();
    };
    for (const member of members) member.watch(look);
    look();
  });
}

/** Every partition is with exactly one of them, as evenly as can be. */
function isShared(...members: readonly Told[]): boolean {
  const counts = members.map(({ now }) => now.length);
  const all = members.flatMap(({ now }) => now).sort((a, b) => a - b);
  return JSON.stringify(all) === JSON.stringify(ALL) && Math.max(...counts) - Math.min(...counts) <= 1;
}

describeWithKafka('members of a group', () => {
  const kafka = useBroker();
  const joined: PartitionAssignment[] = [];
  const children: ChildProcess[] = [];
  afterEach(async () => {
    await Promise.all(joined.splice(0).map((one) => one.leave()));
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });

  async function join(config: KafkaConfig, lines: string[] = []) {
    const told = new Told();
    const metrics = new KafkaMetrics();
    const logger = { info: () => {}, warn: (line: string) => void lines.push(line), error: () => {} };
    const assignment = createAssignment({ config, group: GROUP, topic: TOPIC.inputs, metrics, logger });
    joined.push(assignment);
    await assignment.join(told.listener);
    return { assignment, told, metrics };
  }

  /** A member in a process of its own. */
  function joinElsewhere(config: KafkaConfig) {
    const script = fileURLToPath(new URL('../testing/group-member-process.ts', import.meta.url));
    const child = spawn(process.execPath, ['--conditions=@haltwire/source', script, JSON.stringify(config), GROUP], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    const told = new Told();
    createInterface({ input: child.stdout }).on('line', (line) => told.listener(JSON.parse(line)));
    return { child, told };
  }

  test('share the partitions evenly, each with exactly one of them, and move as few as that takes', async () => {
    const config = await kafka.topics({ partitions: 6 });
    const one = await join(config);
    expect(one.told.heard).toEqual([ALL]);
    const two = await join(config);
    await until([one.told, two.told], () => isShared(one.told, two.told));
    expect(one.told.heard).toHaveLength(2);
    const [before, beforeTwo] = [one.told.now, two.told.now];
    const three = await join(config);
    await until([one.told, two.told, three.told], () => isShared(one.told, two.told, three.told));
    // Nobody gave and took: what the third has is what the others lack.
    expect(before).toEqual(expect.arrayContaining([...one.told.now]));
    expect(beforeTwo).toEqual(expect.arrayContaining([...two.told.now]));
    const [kept, keptTwo] = [one.told.now, two.told.now];
    await three.assignment.leave();
    await until([one.told, two.told], () => isShared(one.told, two.told));
    expect(one.told.now).toEqual(expect.arrayContaining([...kept]));
    expect(two.told.now).toEqual(expect.arrayContaining([...keptTwo]));
  });

  test('that has nothing to do is told so, and takes over when another leaves', async () => {
    const config = await kafka.topics({ partitions: 1 });
    const one = await join(config);
    const two = await join(config);
    expect([...one.told.heard, ...two.told.heard]).toEqual([[0], []]);
    await one.assignment.leave();
    await until([two.told], () => two.told.now.length === 1);
    expect(one.told.heard).toEqual([[0]]);
  });

  test('that is killed is replaced when its time is over, without a word from it', async () => {
    const config = await kafka.topics({ partitions: 6 });
    const one = await join(config);
    const other = joinElsewhere(config);
    await until([one.told, other.told], () => isShared(one.told, other.told));
    other.child.kill('SIGKILL');
    await until([one.told], () => one.told.now.length === 6);
    expect(one.told.heard).toEqual([ALL, [0, 1, 2], ALL]);
  });

  test('that slept through a rebalance puts everything down when it wakes, and joins again', async () => {
    const config = await kafka.topics({ partitions: 6 });
    const one = await join(config);
    const other = joinElsewhere(config);
    await until([one.told, other.told], () => isShared(one.told, other.told));
    const slept = other.told.now;
    other.child.kill('SIGSTOP');
    await until([one.told], () => one.told.now.length === 6);
    const before = other.told.heard.length;
    other.child.kill('SIGCONT');
    await until([one.told, other.told], () => other.told.heard.length > before && isShared(one.told, other.told));
    expect(other.told.heard[before]).toEqual([]);
    expect(other.told.heard[before - 1]).toEqual(slept);
  });

  test('keeps what it has while the coordinator is away for a moment, and says so', async () => {
    const config = await kafka.topics({ partitions: 6, requestTimeoutMs: 500, sessionTimeoutMs: 60_000 });
    const lines: string[] = [];
    const one = await join(config, lines);
    await kafka.broker.kill();
    while (one.metrics.read().coordinatorFailures === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    kafka.replace(await startBroker({ dataDir: kafka.folder }));
    const two = await join(config);
    await until([one.told, two.told], () => isShared(one.told, two.told));
    expect(one.told.heard).toEqual([ALL, [0, 1, 2]]);
    expect(lines).toEqual([expect.stringMatching(/coordinator of group .* cannot be used, partitions 0, .* are kept/)]);
    expect(one.metrics.read()).toMatchObject({ assignmentsLapsed: 0, membershipsLost: 0, coordinatorFailures: 1 });
  });

  test('puts everything down when nothing was answered for the session timeout, and takes it up again', async () => {
    const config = await kafka.topics({ partitions: 6, requestTimeoutMs: 1000 });
    const lines: string[] = [];
    const one = await join(config, lines);
    kafka.broker.pause();
    await until([one.told], () => one.told.now.length === 0);
    kafka.broker.resume();
    await until([one.told], () => one.told.now.length === 6);
    expect(one.told.heard).toEqual([ALL, [], ALL]);
    expect(one.metrics.read().assignmentsLapsed).toBe(1);
    expect(lines.join('\n')).toMatch(/has not answered for 6000 ms: partitions 0, 1, 2, 3, 4, 5 are put down/);
  });

  test('shows its share and its progress to ordinary tools', async () => {
    const config = await kafka.topics({ partitions: 6, heartbeatMs: 100 });
    const one = await join(config);
    await join(config);
    await until([one.told], () => one.told.now.length === 3);
    one.assignment.commit(0, { partition: 0, offset: 3, index: 0 });
    one.assignment.commit(0, { partition: 0, offset: 5, index: 2 });
    one.assignment.commit(5, { partition: 5, offset: 9, index: 0 });
    while (one.metrics.read().offsetsCommitted === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    one.assignment.commit(1, { partition: 1, offset: 7, index: 0 });

    const admin = new Kafka({ brokers: [kafka.broker.bootstrap], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    const groupId = groupIdOf(GROUP, config);
    const { groups } = await admin.describeGroups([groupId]);
    expect(groups).toMatchObject([{ state: 'Stable', protocolType: 'consumer', protocol: 'haltwire-sticky' }]);
    const topic = `${config.topicPrefix}${TOPIC.inputs}`;
    const shares = groups[0]?.members.map(
      ({ memberAssignment }) => kafkajs.AssignerProtocol.MemberAssignment.decode(memberAssignment)?.assignment[topic],
    );
    expect(shares?.sort()).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
    // What is not yet sent goes with the goodbye; what belongs to somebody else never does.
    await one.assignment.leave();
    const [offsets] = await admin.fetchOffsets({ groupId, topics: [topic] });
    const known = offsets?.partitions.filter(({ offset }) => offset !== '-1');
    expect(known?.map(({ partition, offset }) => [partition, offset]).sort()).toEqual([
      [0, '5'],
      [1, '7'],
    ]);
    await admin.disconnect();
  });

  test('cannot join in vain: brokers that are away, and groups of another kind, are clear errors', async () => {
    const config = await kafka.topics({ partitions: 1 });
    const nowhere = {
      ...config,
      brokers: ['127.0.0.1:1'],
      deliveryTimeoutMs: 100,
      sessionTimeoutMs: 300,
      heartbeatMs: 50,
    };
    await expect(join(nowhere)).rejects.toMatchObject({ code: 'HALTWIRE_UNAVAILABLE' });
    const impatient = { ...config, sessionTimeoutMs: 1000, heartbeatMs: 100 };
    await expect(join(impatient)).rejects.toMatchObject({
      code: 'HALTWIRE_CONFIG',
      message: expect.stringMatching(/kafka\.sessionTimeoutMs/),
    });
    const consumer = new Kafka({ brokers: [kafka.broker.bootstrap], logLevel: logLevel.NOTHING }).consumer({
      groupId: groupIdOf(GROUP, config),
    });
    await consumer.connect();
    await consumer.subscribe({ topic: `${config.topicPrefix}${TOPIC.inputs}` });
    const begun = new Promise((resolve) => consumer.on('consumer.group_join', resolve));
    await consumer.run({ eachMessage: async () => {} });
    await begun;
    await expect(join(config)).rejects.toMatchObject({ code: 'HALTWIRE_CONFIG' });
    await consumer.disconnect();
  });

  test('may leave while it still waits to be let in, and join again later', async () => {
    const config = await kafka.topics({ partitions: 6 });
    const told = new Told();
    const assignment = createAssignment({ config, group: GROUP, topic: TOPIC.inputs });
    const joining = expect(assignment.join(told.listener)).rejects.toMatchObject({ code: 'HALTWIRE_UNAVAILABLE' });
    await assignment.leave();
    await joining;
    await assignment.join(told.listener);
    await expect(assignment.join(told.listener)).rejects.toMatchObject({ code: 'HALTWIRE_CONFLICT' });
    expect(told.heard).toEqual([ALL]);
    await assignment.leave();
  });
});
