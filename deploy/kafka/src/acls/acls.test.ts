import { spawnSync } from 'node:child_process';
import { TOPIC, type TopicName } from '@haltwire/schemas';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAssignment } from '../assignment/create-assignment.ts';
import { freePorts } from '../broker/ports.ts';
import { type KafkaConfig, parseKafkaConfig } from '../config/config.ts';
import { type KafkaLog, openKafkaLog } from '../open-kafka-log.ts';
import { readToEnd } from '../testing/read.ts';
import { describeWithKafka, useBroker } from '../testing/test-broker.ts';
import { ensureTopics } from '../topics/ensure-topics.ts';
import { ACL_ROLES, type AclRole, GROUPS } from './acl-rules.ts';
import { ensureAcls } from './ensure-acls.ts';

const password = ['clearly', 'fake'].join('-');
const USERS = [...ACL_ROLES, 'admin', 'stranger'];
const FORBIDDEN = { code: 'HALTWIRE_FORBIDDEN' };
const event = { key: 'default/deploy-bot', value: '{"type":"tick","v":1}' };
const position = { partition: 0, offset: 1, index: 0 };

const hasKcat = spawnSync('kcat', ['-V']).status === 0;
if (!hasKcat && process.env.CI !== undefined) throw new Error('CI must not skip kcat: apt-get install kcat');

describeWithKafka('a broker that enforces the documented rights', () => {
  let port = 0;
  const kafka = useBroker(async () => {
    const [internal = 0, controller = 0, clients = 0] = await freePorts(3);
    port = clients;
    return {
      port: internal,
      scramUsers: Object.fromEntries(USERS.map((name) => [name, password])),
      overrides: {
        'controller.quorum.voters': `1@127.0.0.1:${controller}`,
        listeners: `PLAINTEXT://127.0.0.1:${internal},CONTROLLER://127.0.0.1:${controller},SASL://127.0.0.1:${clients}`,
        'advertised.listeners': `PLAINTEXT://127.0.0.1:${internal},SASL://127.0.0.1:${clients}`,
        'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL:SASL_PLAINTEXT',
        'sasl.enabled.mechanisms': 'SCRAM-SHA-256,PLAIN',
        'listener.name.sasl.plain.sasl.jaas.config': `org.apache.kafka.common.security.plain.PlainLoginModule required ${USERS.map((name) => `user_${name}="${password}"`).join(' ')};`,
        'listener.name.sasl.scram-sha-256.sasl.jaas.config':
          'org.apache.kafka.common.security.scram.ScramLoginModule required;',
        'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
        'allow.everyone.if.no.acl.found': 'false',
        // The broker speaks to itself without a name, on listeners that no client is told of.
        'super.users': 'User:admin;User:ANONYMOUS',
      },
    };
  });

  function configOf(user: AclRole | 'admin' | 'stranger'): KafkaConfig {
    return parseKafkaConfig({
      brokers: [`127.0.0.1:${port}`],
      topicPrefix: 'prod.',
      partitions: 1,
      replication: 1,
      sasl: { mechanism: 'scram-sha-256', username: user, password },
    });
  }

  const logs: KafkaLog[] = [];
  function open(user: AclRole | 'stranger'): KafkaLog {
    const log = openKafkaLog({ config: configOf(user) });
    logs.push(log);
    return log;
  }
  afterAll(() => Promise.all(logs.map((log) => log.close())));

  beforeAll(async () => {
    const principals = Object.fromEntries(ACL_ROLES.map((role) => [role, `User:${role}`]));
    const granted = await ensureAcls(configOf('admin'), principals);
    expect(await ensureAcls(configOf('admin'), principals)).toBe(granted);
    await ensureTopics(configOf('operator'));
  });

  async function follow(log: KafkaLog, topic: TopicName): Promise<number> {
    let count = 0;
    const { signal } = new AbortController();
    for await (const { entries } of log.followTopic(topic, { until: 'caught-up', signal })) count += entries.length;
    return count;
  }

  async function isRefusedToRead(log: KafkaLog, topic: TopicName): Promise<void> {
    const reader = log.source.read(topic, 0, { signal: new AbortController().signal })[Symbol.asyncIterator]();
    await expect(reader.next()).rejects.toMatchObject(FORBIDDEN);
    await expect(follow(log, topic)).rejects.toMatchObject(FORBIDDEN);
  }

  test('an operator creates and checks the topics and issues keys; nobody else can create them', async () => {
    expect((await ensureTopics(configOf('operator'))).existing).toHaveLength(Object.keys(TOPIC).length);
    const log = open('operator');
    await log.sink.append(TOPIC.keys, [event]);
    expect(await follow(log, TOPIC.keys)).toBe(1);
    for (const topic of Object.values(TOPIC)) {
      if (topic !== TOPIC.keys) await expect(log.sink.append(topic, [event])).rejects.toMatchObject(FORBIDDEN);
    }
    await expect(ensureTopics({ ...configOf('collector'), topicPrefix: 'other.' })).rejects.toMatchObject({
      code: expect.stringMatching(/HALTWIRE_(?:FORBIDDEN|CONFIG)/),
    });
  });

  test('a collector writes inputs and dead letters, reads keys, and can do nothing else', async () => {
    const log = open('collector');
    await log.sink.append(TOPIC.inputs, [event]);
    await log.sink.append(TOPIC.dead, [event]);
    expect(await follow(log, TOPIC.keys)).toBe(1);
    for (const topic of [TOPIC.decisions, TOPIC.verdicts, TOPIC.sessions, TOPIC.baselines, TOPIC.keys]) {
      await expect(log.sink.append(topic, [event])).rejects.toMatchObject(FORBIDDEN);
    }
    for (const topic of [TOPIC.inputs, TOPIC.decisions, TOPIC.sessions]) await isRefusedToRead(log, topic);
    await expect(log.sink.takeOver(TOPIC.decisions, 0)).rejects.toMatchObject(FORBIDDEN);
    await expect(log.snapshots.save(0, position, [event])).rejects.toMatchObject(FORBIDDEN);
    const assignment = createAssignment({ config: configOf('collector'), group: GROUPS.detector, topic: TOPIC.inputs });
    await expect(assignment.join(() => {})).rejects.toMatchObject(FORBIDDEN);
  });

  test('a detector owns partitions: it reads, writes alone, keeps its state, and takes part in its group', async () => {
    const config = configOf('detector');
    const log = open('detector');
    const assignment = createAssignment({ config, group: GROUPS.detector, topic: TOPIC.inputs, metrics: log.metrics });
    await assignment.join(() => {});
    await log.sink.append(TOPIC.inputs, [event], { partition: 0 });
    await log.sink.append(TOPIC.verdicts, [event]);
    await log.sink.append(TOPIC.keys, [event]);
    for (const topic of [TOPIC.decisions, TOPIC.sessions]) {
      const writer = await log.sink.takeOver(topic, 0);
      await writer.append([event]);
      expect(await readToEnd(log.source, topic)).toHaveLength(1);
    }
    await log.snapshots.load(0);
    await log.snapshots.save(0, position, [event]);
    expect((await log.snapshots.load(0)).position).toEqual(position);
    for (const topic of [TOPIC.inputs, TOPIC.verdicts, TOPIC.sessions, TOPIC.keys]) {
      expect(await follow(log, topic)).toBeGreaterThan(0);
    }
    assignment.commit(0, position);
    await assignment.leave();
    expect(log.metrics.read()).toMatchObject({ offsetsCommitted: 1, offsetsRefused: 0 });
    await expect(log.sink.append(TOPIC.dead, [event])).rejects.toMatchObject(FORBIDDEN);
    await isRefusedToRead(log, TOPIC.dead);
  });

  test('an archiver reads what it archives, takes part in its group, and can write nothing', async () => {
    const log = open('archiver');
    const assignment = createAssignment({ config: configOf('archiver'), group: GROUPS.archiver, topic: TOPIC.inputs });
    await assignment.join(() => {});
    for (const topic of [TOPIC.inputs, TOPIC.dead, TOPIC.decisions]) {
      expect(await readToEnd(log.source, topic)).not.toHaveLength(0);
    }
    await assignment.leave();
    for (const topic of Object.values(TOPIC)) {
      await expect(log.sink.append(topic, [event])).rejects.toMatchObject(FORBIDDEN);
    }
    for (const topic of [TOPIC.keys, TOPIC.sessions, TOPIC.baselines, TOPIC.verdicts])
      await isRefusedToRead(log, topic);
  });

  test('a user without any right can do nothing', async () => {
    const log = open('stranger');
    for (const topic of Object.values(TOPIC)) {
      await expect(log.sink.append(topic, [event])).rejects.toMatchObject(FORBIDDEN);
      await isRefusedToRead(log, topic);
    }
    await expect(log.sink.takeOver(TOPIC.decisions, 0)).rejects.toMatchObject(FORBIDDEN);
    await expect(ensureAcls(configOf('stranger'), { collector: 'User:stranger' })).rejects.toMatchObject(FORBIDDEN);
  });

  function kcat(user: string, secret: string, args: readonly string[], input = '') {
    // Not SCRAM: librdkafka before 2.6.1, such as Debian's, repeats its nonce in a way that Kafka 4 refuses.
    const sign = ['security.protocol=SASL_PLAINTEXT', 'sasl.mechanism=PLAIN'];
    const settings = [...sign, `sasl.username=${user}`, `sasl.password=${secret}`, 'message.timeout.ms=4000'];
    const { status, stdout, stderr } = spawnSync(
      'kcat',
      ['-b', `127.0.0.1:${port}`, '-m', '5', ...settings.flatMap((one) => ['-X', one]), ...args],
      { input, encoding: 'utf8', timeout: 30_000 },
    );
    return { status, stdout, stderr };
  }

  test.runIf(hasKcat)(
    'a foreign client without the collector’s credentials writes nothing to agent.inputs',
    async () => {
      const topic = `prod.${TOPIC.inputs}`;
      const archiver = open('archiver');
      const before = await archiver.source.end(TOPIC.inputs, 0);
      const write = ['-P', '-t', topic, '-p', '0', '-K:'];
      const forged = 'default/deploy-bot:{"type":"forged"}\n';
      for (const user of ['stranger', 'archiver', 'operator']) {
        const { status, stderr } = kcat(user, password, write, forged);
        expect(status).not.toBe(0);
        expect(stderr).toMatch(/authorization failed/i);
      }
      const wrong = kcat('collector', `${password}-wrong`, write, forged);
      expect(wrong.status).not.toBe(0);
      expect(wrong.stderr).toMatch(/Authentication failed/i);
      expect(await archiver.source.end(TOPIC.inputs, 0)).toEqual(before);

      const unread = kcat('stranger', password, ['-C', '-e', '-q', '-t', topic, '-p', '0']);
      expect(unread.stdout).toBe('');
      expect(unread.stderr).toMatch(/authorization failed/i);
      // With the rights, the same commands work: it is the rights that refuse.
      expect(kcat('collector', password, write, forged).status).toBe(0);
      expect((await archiver.source.end(TOPIC.inputs, 0)).offset).toBe(before.offset + 1);
      expect(kcat('archiver', password, ['-C', '-e', '-q', '-t', topic, '-p', '0']).stdout).toContain('forged');
      expect(kafka.broker.port).not.toBe(port);
    },
  );
});
