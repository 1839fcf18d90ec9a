import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { clusterConfigSchema } from './config/schema.ts';
import { CLUSTER_VARIABLES } from './config/variables.ts';

const readme = readFileSync(join(import.meta.dirname, '..', 'README.md'), 'utf8');

describe('the README', () => {
  test.each(Object.entries(CLUSTER_VARIABLES))('tells of %s beside its key', (name, { path }) => {
    expect(readme).toMatch(new RegExp(`^\\| \`${path.join('\\.')}\` \\| \`${name}\``, 'm'));
  });

  test.each(Object.keys(clusterConfigSchema.shape))('tells of the key %s', (key) => {
    expect(readme).toMatch(new RegExp(`^\\| \`${key}(\\.\\w+)?\` \\|`, 'm'));
  });

  test('names no variable that there is not', () => {
    const known = [...Object.keys(CLUSTER_VARIABLES), 'HALTWIRE_CONFIG', 'HALTWIRE_FINGERPRINT_KEY'];
    // Sections of other packages, which describe their own.
    known.push('HALTWIRE_KAFKA_', 'HALTWIRE_CLICKHOUSE_');
    for (const name of readme.match(/HALTWIRE_[A-Z_]+/g) ?? []) expect(known).toContain(name);
  });
});
