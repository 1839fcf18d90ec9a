import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MetricSpec, MetricTable } from '@haltwire/schemas';
import { expect, test } from 'vitest';
import { COLLECTOR_METRICS } from './metrics.ts';

const readme = readFileSync(join(import.meta.dirname, '..', 'README.md'), 'utf8');
const table: MetricTable = COLLECTOR_METRICS;

test.each(Object.entries(table))('the README tells of the metric %s', (name, entry) => {
  const { help, labels = [] }: MetricSpec = typeof entry === 'string' ? { help: entry, type: 'counter' } : entry;
  expect(readme).toContain(`| \`${[name, ...labels.map((label) => `<${label}>`)].join('.')}\` | ${help} |`);
});
