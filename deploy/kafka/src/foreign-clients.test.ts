import { execFileSync, spawnSync } from 'node:child_process';
import { TOPIC } from '@haltwire/schemas';
import { expect, test } from 'vitest';
import { openKafkaLog } from './open-kafka-log.ts';
import { partitionOf } from './records/murmur2.ts';
import { readCount } from './testing/read.ts';
import { describeWithKafka, useBroker } from './testing/test-broker.ts';
import { topicNameOf } from './topics/topic-name.ts';

const hasKcat = spawnSync('kcat', ['-V']).status === 0;
if (!hasKcat && process.env.CI !== undefined) throw new Error('CI must not skip kcat: apt-get install kcat');
if (!hasKcat) test.skip('foreign clients: skipped, because kcat is not installed (apt-get install kcat)');

describeWithKafka('foreign clients', () => {
  const kafka = useBroker();

  function kcat(args: readonly string[], input = ''): string {
    return execFileSync('kcat', ['-b', kafka.broker.bootstrap, '-m', '20', '-q', ...args], {
      input,
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'ignore'],
    });
  }

  test.runIf(hasKcat).each(['none', 'zstd'] as const)(
    'kcat reads our topics (%s): key, events by line, append time',
    async (compression) => {
      const config = await kafka.topics({ compression });
      const log = openKafkaLog({ config });
      const events = ['{"n":1}', '{"n":2}', '{"text":"世界 🧨"}'];
      await log.sink.append(
        TOPIC.inputs,
        events.map((value) => ({ key: 'default/агент', value })),
      );
      await log.sink.append(TOPIC.inputs, [{ key: 'other', value: 'two\nlines' }]);
      const lines = kcat(['-C', '-e', '-t', topicNameOf(TOPIC.inputs, config), '-J']);
      const records = lines
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
      expect(records).toMatchObject([
        { key: 'default/агент', payload: events.join('\n'), offset: 0, tstype: 'logappend' },
        { key: 'other', payload: 'two\nlines', offset: 1, headers: ['haltwire-whole', '1'] },
      ]);
      await log.close();
    },
  );

  test.runIf(hasKcat)('kcat sees what is no event: keys that are removed, and where a writer took over', async () => {
    const config = await kafka.topics();
    const log = openKafkaLog({ config });
    const writer = await log.sink.takeOver(TOPIC.sessions, 0);
    await writer.append([
      { key: 'session', value: '{"posture":"locked"}' },
      { key: 'session', value: '{"posture":"normal"}' },
      { key: 'session', value: null },
    ]);
    const topic = topicNameOf(TOPIC.sessions, config);
    const records = kcat(['-C', '-e', '-t', topic, '-J']).trimEnd().split('\n');
    expect(records.map((line) => JSON.parse(line))).toMatchObject([
      { key: 'haltwire/fence', payload: '' },
      { key: 'session', payload: '{"posture":"locked"}' },
      { key: 'session', payload: '{"posture":"normal"}' },
      { key: 'session', payload: null },
    ]);
    // As the README shows it. %S is -1 where there is no value.
    expect(kcat(['-C', '-e', '-t', topic, '-f', '%p %o %k %S\n']).trimEnd().split('\n')).toEqual([
      '0 0 haltwire/fence 0',
      '0 1 session 20',
      '0 2 session 20',
      '0 3 session -1',
    ]);
    await log.close();
  });

  test.runIf(hasKcat).each(['none', 'gzip', 'snappy', 'lz4', 'zstd'])(
    'records that kcat writes are read here as it wrote them (%s)',
    async (codec) => {
      const config = await kafka.topics();
      const text = 'value '.repeat(200);
      const lines = Array.from({ length: 50 }, (_, n) => `key${n % 3}:{"n":${n},"text":"${text}"}`);
      kcat(['-P', '-t', topicNameOf(TOPIC.inputs, config), '-K:', '-z', codec, '-H', 'a=b'], lines.join('\n'));
      const log = openKafkaLog({ config });
      const read = await readCount(log.source, TOPIC.inputs, 50);
      expect(read.map(({ key, value }) => `${key}:${value}`)).toEqual(lines);
      expect(read.map(({ position }) => position.offset)).toEqual(lines.map((_, n) => n));
      await log.close();
    },
  );

  test.runIf(hasKcat)('librdkafka’s murmur2 partitioner and ours agree on every key', async () => {
    const config = await kafka.topics({ partitions: 7 });
    const topic = topicNameOf(TOPIC.inputs, config);
    const keys = Array.from({ length: 60 }, (_, n) => `tenant-${n}/агент-${n * n}`);
    kcat(['-P', '-t', topic, '-K:', '-X', 'topic.partitioner=murmur2'], keys.map((key) => `${key}:x`).join('\n'));
    const found = kcat(['-C', '-e', '-t', topic, '-f', '%k %p\n']).trimEnd().split('\n');
    expect(found.sort()).toEqual(keys.map((key) => `${key} ${partitionOf(key, 7)}`).sort());
  });
});
