import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeWithKafka, useBroker } from './testing/test-broker.ts';

const folder = join(import.meta.dirname, '..');
const readme = readFileSync(join(folder, 'README.md'), 'utf8');
const examples = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code = '']) => code);

describeWithKafka('what the README shows', () => {
  const kafka = useBroker();

  test('there are examples', () => {
    expect(examples.length).toBeGreaterThan(2);
  });

  test.each(examples.map((code, n) => ({ n: n + 1, code })))('example $n runs as it stands', async ({ code }) => {
    const { topicPrefix } = await kafka.topics();
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--conditions=@haltwire/source', '--input-type=module-typescript', '--eval', code],
      {
        cwd: folder,
        encoding: 'utf8',
        timeout: 50_000,
        env: {
          ...process.env,
          HALTWIRE_KAFKA_BROKERS: kafka.broker.bootstrap,
          HALTWIRE_KAFKA_TOPIC_PREFIX: topicPrefix,
          HALTWIRE_KAFKA_PARTITIONS: '1',
          HALTWIRE_KAFKA_REPLICATION: '1',
        },
      },
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    if (code.includes('mine:')) expect(stdout).toBe('mine: [ 0 ]\n');
  });
});
