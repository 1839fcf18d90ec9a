import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ACL_ROLES, aclCommands, aclTable } from './acls/acl-rules.ts';
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

  test('shows every right that a role needs, and the commands that grant them', () => {
    expect(readme).toContain(aclTable());
    for (const role of ACL_ROLES) {
      const commands = aclCommands({ topicPrefix: '' }, { [role]: `User:${role}` });
      expect(commands.length).toBeGreaterThan(0);
      expect(readme).toContain(commands.join('\n'));
    }
  });

  test('commands of other installations have their prefix', () => {
    const commands = aclCommands({ topicPrefix: 'prod.' }, { detector: 'User:a' });
    expect(commands).toContainEqual(expect.stringMatching(/ --topic prod\.agent\.decisions$/));
    expect(commands).toContainEqual(
      expect.stringMatching(/ --transactional-id prod\.haltwire- --resource-pattern-type prefixed$/),
    );
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
