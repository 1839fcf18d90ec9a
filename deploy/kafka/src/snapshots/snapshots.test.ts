import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type SnapshotStore, TOPIC } from '@haltwire/schemas';
import { ConfigResourceTypes, Kafka, logLevel } from 'kafkajs';
import { expect, test } from 'vitest';
import { createDialer, openLine } from '../client/connection.ts';
import type { KafkaConfig } from '../config/config.ts';
import { openKafkaLog } from '../open-kafka-log.ts';
import { describeWithKafka, useBroker } from '../testing/test-broker.ts';
import { topicNameOf } from '../topics/topic-name.ts';
import { readAll } from './read-all.ts';

const saver = fileURLToPath(new URL('../testing/save-without-end.ts', import.meta.url));
const at = (offset: number) => ({ partition: 0, offset, index: 0 });

async function entriesOf(snapshots: SnapshotStore, partition = 0): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for await (const { key, value } of (await snapshots.load(partition)).entries) found.set(key, value);
  return found;
}

/** Runs a saver until so many saves are done and another has begun, then kills it. Returns the last one done. */
async function saveAndKill(config: KafkaConfig, first: number, saves: number): Promise<number> {
  const child = spawn(
    process.execPath,
    ['--conditions=@haltwire/source', saver, JSON.stringify(config), '200', String(first)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const exited = new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
  let done = -1;
  for await (const line of createInterface({ input: child.stdout })) {
    const said = JSON.parse(line) as { done?: number; begun?: number };
    if (said.done !== undefined) done = said.done;
    if (said.begun === first + saves) child.kill('SIGKILL');
  }
  expect(await exited).toBe('SIGKILL');
  return done;
}

describeWithKafka('snapshots on Kafka', () => {
  const kafka = useBroker(async () => ({ overrides: { 'log.cleaner.backoff.ms': '100' } }));

  test('a process killed in the middle of a save leaves the save before, whole', async () => {
    const config = await kafka.topics();
    for (let round = 0; round < 3; round += 1) {
      const first = round * 100;
      const done = await saveAndKill(config, first, 2 + round);
      const log = openKafkaLog({ config });
      const { position, entries } = await log.snapshots.load(0);
      // The save that was under way is there in full or not at all.
      expect(position?.offset).toBeGreaterThanOrEqual(done);
      let count = 0;
      for await (const { value } of entries) {
        count += 1;
        expect(Number(value.split(' ')[0])).toBe(position?.offset);
      }
      expect(count).toBe(200);
      await log.close();
    }
  });

  test('who loads a partition takes it over: the earlier owner cannot save any more', async () => {
    const config = await kafka.topics();
    const [old, young] = [openKafkaLog({ config }), openKafkaLog({ config })];
    await old.snapshots.save(0, at(1), [{ key: 'agent:a', value: 'old' }]);
    expect((await young.snapshots.load(0)).position).toEqual(at(1));
    await expect(old.snapshots.save(0, at(2), [{ key: 'agent:a', value: 'zombie' }])).rejects.toMatchObject({
      code: 'HALTWIRE_FENCED',
    });
    await expect(old.snapshots.save(0, at(3), [])).rejects.toMatchObject({ code: 'HALTWIRE_FENCED' });
    await young.snapshots.save(0, at(4), [{ key: 'agent:b', value: 'young' }]);
    expect(await entriesOf(young.snapshots)).toEqual(
      new Map([
        ['agent:a', 'old'],
        ['agent:b', 'young'],
      ]),
    );
    await old.close();
    await young.close();
  });

  test('a load right after a save sees it, in the same process too', async () => {
    const log = openKafkaLog({ config: await kafka.topics() });
    for (let n = 1; n <= 20; n += 1) {
      await log.snapshots.save(0, at(n), [{ key: 'agent:a', value: `${n}` }]);
      expect((await log.snapshots.load(0)).position).toEqual(at(n));
    }
    await log.close();
  });

  test('partitions are owned one by one', async () => {
    const config = await kafka.topics({ partitions: 2 });
    const [one, two] = [openKafkaLog({ config }), openKafkaLog({ config })];
    await one.snapshots.load(0);
    await two.snapshots.load(1);
    await one.snapshots.save(0, at(1), [{ key: 'agent:a', value: '1' }]);
    await two.snapshots.save(1, { ...at(1), partition: 1 }, [{ key: 'agent:a', value: '2' }]);
    expect(await entriesOf(one.snapshots, 0)).toEqual(new Map([['agent:a', '1']]));
    expect(await entriesOf(two.snapshots, 1)).toEqual(new Map([['agent:a', '2']]));
    await one.close();
    await two.close();
  });

  test('a save that failed can be made again by the same owner', async () => {
    const config = await kafka.topics({ requestTimeoutMs: 1000 });
    const log = openKafkaLog({ config });
    await log.snapshots.save(0, at(1), [{ key: 'agent:a', value: '1' }]);
    kafka.broker.pause();
    const failed = log.snapshots.save(0, at(2), [{ key: 'agent:a', value: '2' }]);
    await expect(failed).rejects.toMatchObject({ code: 'HALTWIRE_UNAVAILABLE' });
    kafka.broker.resume();
    await log.snapshots.save(0, at(3), [{ key: 'agent:a', value: '3' }]);
    expect((await log.snapshots.load(0)).position).toEqual(at(3));
    expect(await entriesOf(log.snapshots)).toEqual(new Map([['agent:a', '3']]));
    await log.close();
  });

  test('are read whole after the brokers have compacted them, also where nothing is left of a save', async () => {
    const config = await kafka.topics();
    const topic = topicNameOf(TOPIC.baselines, config);
    const admin = new Kafka({ brokers: [kafka.broker.bootstrap], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    await admin.alterConfigs({
      validateOnly: false,
      resources: [
        {
          type: ConfigResourceTypes.TOPIC,
          name: topic,
          configEntries: [
            { name: 'cleanup.policy', value: 'compact' },
            { name: 'segment.ms', value: '50' },
            { name: 'min.cleanable.dirty.ratio', value: '0.001' },
            { name: 'delete.retention.ms', value: '50' },
          ],
        },
      ],
    });
    const first = openKafkaLog({ config });
    await first.snapshots.save(0, at(1), [
      { key: 'agent:a', value: '1' },
      { key: 'agent:gone', value: '1' },
    ]);
    await first.close();
    const log = openKafkaLog({ config });
    // Every save supersedes the whole of the one before, and rolls a segment that the cleaner may take.
    let n = 2;
    const isCompacted = async () => {
      const lines = await recordCount(config, topic);
      return lines.records < lines.end / 3;
    };
    while (n < 6 || !(await isCompacted())) {
      await log.snapshots.save(0, at(n), [
        { key: 'agent:a', value: String(n) },
        { key: 'agent:gone', value: null },
      ]);
      n += 1;
    }
    await log.close();
    const restored = openKafkaLog({ config });
    expect((await restored.snapshots.load(0)).position).toEqual(at(n - 1));
    expect(await entriesOf(restored.snapshots)).toEqual(new Map([['agent:a', String(n - 1)]]));
    await restored.close();
    await admin.disconnect();
  });

  /** How many records are left, and how many offsets were given out. */
  async function recordCount(config: KafkaConfig, topic: string): Promise<{ records: number; end: number }> {
    const dialer = createDialer(config);
    const line = openLine(dialer);
    let records = 0;
    const end = await readAll({
      dialer,
      line,
      topic,
      partition: 0,
      onRecord: () => {
        records += 1;
      },
    });
    line.drop();
    return { records, end };
  }
});
