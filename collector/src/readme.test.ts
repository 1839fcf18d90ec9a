import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MetricSpec, MetricTable } from '@haltwire/schemas';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CLICKHOUSE_VARIABLES } from './archive/config/env.ts';
import { ARCHIVE_METRICS } from './archive/metrics.ts';
import { migrate } from './archive/schema/migrate.ts';
import { COLLECTOR_METRICS } from './metrics.ts';
import { openTestChdb } from './testing/chdb-database.ts';

const readme = readFileSync(join(import.meta.dirname, '..', 'README.md'), 'utf8');

const table: MetricTable = COLLECTOR_METRICS;

test.each(Object.entries(table))('the README tells of the metric %s', (name, entry) => {
  const { help, labels = [] }: MetricSpec = typeof entry === 'string' ? { help: entry, type: 'counter' } : entry;
  expect(readme).toContain(`| \`${[name, ...labels.map((label) => `<${label}>`)].join('.')}\` | ${help} |`);
});

describe('the README', () => {
  test.each(Object.keys(CLICKHOUSE_VARIABLES))('tells of %s', (name) => {
    expect(readme).toContain(`\`${name}\``);
  });

  test('names no variable that there is not', () => {
    const named = new Set(readme.match(/HALTWIRE_CLICKHOUSE_[A-Z_]*[A-Z]/g));
    expect([...named].sort()).toEqual(Object.keys(CLICKHOUSE_VARIABLES).sort());
  });

  test('tells of each number of the archive, and of no other', () => {
    const told = [...readme.matchAll(/^\| `(archive\.\w+)` \| (\w+)(?: by ([\w, ]+))? \| (.+) \|$/gm)].map(
      ([, name = '', type, labels, help]) => [name, { type, labels: labels?.split(', ') ?? [], help }],
    );
    expect(Object.fromEntries(told)).toEqual(ARCHIVE_METRICS);
  });
});

describe('a query that the README shows', () => {
  const chdb = openTestChdb();
  beforeAll(() => migrate(chdb.client, { database: 'haltwire' }));
  afterAll(() => chdb.close());

  const queries = [...readme.matchAll(/```sql\n(.+?)```/gs)].map(([, query = '']) => query);
  test.each(queries)('runs: %s', async (query) => {
    expect(await chdb.rowsOf(query)).toEqual([]);
  });
  test('is there', () => expect(queries).toHaveLength(3));
});
