import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startClickHouse } from '@haltwire/collector/testing';
import { type KafkaLog, openKafkaLog, parseKafkaConfig } from '@haltwire/kafka';
import { type Broker, startBroker } from '@haltwire/kafka/broker';
import { describeWithKafka } from '@haltwire/kafka/testing';
import { EVENT, GENAI, HALTWIRE, type LogEntry, TOPIC, type TopicName } from '@haltwire/schemas';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { spawnNode } from '../demo/spawn-node.ts';

const bin = new URL('../bin.ts', import.meta.url);
const PARTITIONS = 2;

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command of ours to its end. */
function haltwire(...args: string[]): Promise<Ran> {
  const { HALTWIRE_CONFIG, npm_lifecycle_event, ...env } = process.env;
  return new Promise((resolve) => {
    const command = [process.execPath, '--conditions=@haltwire/source', fileURLToPath(bin), ...args] as const;
    execFile(command[0], command.slice(1), { env: { ...env, NO_COLOR: '1' } }, (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, out, err });
    });
  });
}

describeWithKafka('the command line on a cluster', () => {
  let folder: string;
  let broker: Broker;
  let config: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'haltwire-cluster-'));
    broker = await startBroker({ dataDir: join(folder, 'kafka') });
    config = configFile({});
  }, 180_000);
  afterAll(async () => {
    await broker?.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  function configFile(settings: Record<string, unknown>): string {
    const path = join(folder, `haltwire-${Object.keys(settings).join('-')}.yaml`);
    const own = { brokers: [broker.bootstrap], partitions: PARTITIONS, replication: 1, deliveryTimeoutMs: 1000 };
    writeFileSync(path, JSON.stringify({ listen: { port: 0 }, kafka: { ...own, ...settings } }));
    return path;
  }

  /** Everything in a topic. */
  async function entriesOf(log: KafkaLog, topic: TopicName): Promise<LogEntry[]> {
    const found: LogEntry[] = [];
    for (const partition of await log.source.partitions(topic)) {
      const end = await log.source.end(topic, partition);
      if (end.offset === 0) continue;
      for await (const batch of log.source.read(topic, partition, { signal: new AbortController().signal })) {
        found.push(...batch);
        if ((batch.at(-1)?.position.offset ?? 0) >= end.offset - 1) break;
      }
    }
    return found;
  }

  test('topics ensure creates what is missing, finds it the next time, and names what differs', async () => {
    const topics = Object.values(TOPIC);
    const first = await haltwire('topics', 'ensure', '--config', config);
    expect(first).toMatchObject({ code: 0, out: topics.map((name) => `created  ${name}\n`).join('') });
    const again = await haltwire('topics', 'ensure', '--config', config, '--json');
    expect(JSON.parse(again.out)).toEqual({ created: [], existing: topics });
    const other = await haltwire('topics', 'ensure', '--config', configFile({ partitions: 3 }));
    expect(other.code).toBe(1);
    expect(other.err).toMatch(/agent\.inputs has 2 partitions, not 3/);
  });

  test('keys on a cluster are made, listed and revoked without a server, and it says so', async () => {
    const admin = await haltwire('keys', 'create', '--person', 'mira', '--role', 'admin', '--config', config);
    expect(admin.code).toBe(0);
    expect(admin.out).toMatch(/^hwt_[\w-]{43}\n$/);
    expect(admin.err).toContain('straight to agent.keys on Kafka');
    const agent = JSON.parse(
      (await haltwire('keys', 'create', '--agent', 'short-lived', '--config', config, '--json')).out,
    );
    expect((await haltwire('keys', 'list', '--config', config)).out).toContain('short-lived');
    expect(await haltwire('keys', 'revoke', agent.id, '--config', config)).toMatchObject({ code: 0 });
    const list = await haltwire('keys', 'list', '--config', config);
    expect(list.out).toContain('mira (admin)');
    expect(list.out).not.toContain('short-lived');
    expect(list.out + list.err).not.toContain(admin.out.trim());
  });

  test('a collector takes events onto Kafka; while Kafka is away nothing is acknowledged; SIGTERM ends it with 0', {
    timeout: 180_000,
  }, async () => {
    const created = await haltwire('keys', 'create', '--agent', 'deploy-bot', '--config', config, '--json');
    const { secret } = JSON.parse(created.out) as { secret: string };
    const collector = spawnNode(bin, ['collector', '--config', config, '--json']);
    const log = openKafkaLog({ config: parseKafkaConfig({ brokers: [broker.bootstrap], partitions: PARTITIONS }) });
    try {
      const { value } = await collector.lines.next();
      const { role, url } = value as { role: string; url: string };
      expect(role).toBe('collector');
      const readyz = async () => (await fetch(`${url}/readyz`)).status;
      const untilReady = async () => {
        while ((await readyz()) !== 200) await new Promise((resolve) => setTimeout(resolve, 50));
      };
      const post = (sessionId: string) =>
        fetch(`${url}/v1/logs`, {
          method: 'POST',
          headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
          body: sessionStarted(sessionId),
        });
      await untilReady();

      expect((await post('s1')).status).toBe(200);
      const [first] = await entriesOf(log, TOPIC.inputs);
      expect(JSON.parse(first?.value ?? '')).toMatchObject({ type: 'session', agentId: 'deploy-bot', sessionId: 's1' });

      await broker.kill();
      const away = await post('s2');
      expect([away.status, away.headers.get('retry-after')]).toEqual([503, '1']);
      expect(await readyz()).toBe(503);
      expect((await fetch(`${url}/healthz`)).status).toBe(200);

      broker = await startBroker({ dataDir: join(folder, 'kafka') });
      await untilReady();
      let answer = await post('s3');
      while (answer.status === 503) answer = await post('s3');
      expect(answer.status).toBe(200);
      const sessions = (await entriesOf(log, TOPIC.inputs)).map(({ value }) => JSON.parse(value).sessionId);
      expect(sessions).toContain('s1');
      expect(sessions).toContain('s3');

      const metrics = await (await fetch(`${url}/metrics`)).text();
      expect(metrics).toMatch(/^haltwire_kafka_entries_appended_total [2-9]/m);
      expect(metrics).toMatch(/^haltwire_role_ready\{check="log"\} 1$/m);

      collector.child.kill('SIGTERM');
      expect(await collector.exited).toBe(0);
    } finally {
      await log.close();
      await collector.stop();
    }
  });

  test('an archiver brings what stands on Kafka into ClickHouse; SIGTERM ends it with 0', {
    timeout: 180_000,
  }, async () => {
    const log = openKafkaLog({ config: parseKafkaConfig({ brokers: [broker.bootstrap], partitions: PARTITIONS }) });
    await log.sink.append(TOPIC.inputs, [{ key: 'default/deploy-bot', value: '{"type":"tick","v":1}' }]);
    const wanted = (await entriesOf(log, TOPIC.inputs)).length;
    await log.close();
    const clickHouse = await startClickHouse(join(folder, 'clickhouse'));
    const withClickHouse = join(folder, 'with-clickhouse.yaml');
    const settings = JSON.parse(readFileSync(config, 'utf8')) as object;
    writeFileSync(withClickHouse, JSON.stringify({ ...settings, clickhouse: { url: clickHouse.url, lingerMs: 0 } }));
    const archiver = spawnNode(bin, ['archiver', '--config', withClickHouse, '--json']);
    try {
      const { value } = await archiver.lines.next();
      const { role, url } = value as { role: string; url: string };
      expect(role).toBe('archiver');
      const archived = async () => {
        const text = await (await fetch(`${url}/metrics`)).text();
        return Number(/^haltwire_archive_rows_total (\d+)$/m.exec(text)?.[1]);
      };
      while ((await archived()) < wanted) await new Promise((resolve) => setTimeout(resolve, 50));
      expect(await archived()).toBe(wanted);
      expect((await fetch(`${url}/readyz`)).status).toBe(200);
      archiver.child.kill('SIGTERM');
      expect(await archiver.exited).toBe(0);

      const [kafkaReport, archiveReport] = await Promise.all(
        ['--kafka', '--clickhouse'].map(async (source) => {
          const { code, out, err } = await haltwire('replay', source, '--config', withClickHouse, '--json');
          expect({ code, err }).toEqual({ code: 0, err: '' });
          return JSON.parse(out) as { records: number; wouldBe: unknown };
        }),
      );
      expect(kafkaReport?.records).toBe(wanted);
      expect(archiveReport).toMatchObject({ records: wanted, wouldBe: kafkaReport?.wouldBe });
      const one = await haltwire('replay', '--clickhouse', '--config', withClickHouse, '--agent', 'nobody', '--json');
      expect(JSON.parse(one.out)).toMatchObject({ wouldBe: { calls: 0 } });
      expect(JSON.parse(one.out).records).toBeLessThan(wanted);
      const none = await haltwire('replay', '--clickhouse', '--config', withClickHouse, '--to', '2020-01-01', '--json');
      expect(JSON.parse(none.out).records).toBe(0);
    } finally {
      await archiver.stop();
      await clickHouse.kill();
    }
  });
});

function sessionStarted(sessionId: string): string {
  const attributes = [
    { key: GENAI.conversationId, value: { stringValue: sessionId } },
    { key: HALTWIRE.producer, value: { stringValue: 'p1' } },
    { key: HALTWIRE.seq, value: { intValue: '0' } },
  ];
  return JSON.stringify({
    resourceLogs: [{ scopeLogs: [{ logRecords: [{ eventName: EVENT.sessionStarted, attributes }] }] }],
  });
}
