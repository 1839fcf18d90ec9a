import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { KAFKA_VARIABLES } from './config/env.ts';
import { KAFKA_METRICS } from './metrics.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const readme = readFileSync(join(import.meta.dirname, '..', 'README.md'), 'utf8');

describe('the README', () => {
  test.each(Object.keys(KAFKA_VARIABLES))('tells of %s', (name) => {
    expect(readme).toContain(`\`${name}\``);
  });

  test('names no variable that there is not', () => {
    const named = new Set(readme.match(/HALTWIRE_KAFKA_[A-Z_]*[A-Z]/g));
    named.delete('HALTWIRE_KAFKA_JARS');
    for (const name of named) expect(KAFKA_VARIABLES).toHaveProperty(name);
  });

  test.each(Object.entries(KAFKA_METRICS))('tells of the counter %s', (name, text) => {
    expect(readme).toContain(`| \`${name}\` | ${text} |`);
  });
});

test('nothing outside this package imports kafkajs', () => {
  const folders = ['schemas/src', 'sdk/src', 'collector/src', 'detector/src', 'deploy/standalone/src', 'test/src'];
  const offenders = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .filter((name) => /from 'kafkajs|require\('kafkajs/.test(readFileSync(join(root, folder, name), 'utf8')))
      .map((name) => join(folder, name)),
  );
  expect(offenders).toEqual([]);
});
