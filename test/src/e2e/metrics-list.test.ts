import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { METRICS_README, withMetricsList } from '../support/metrics-list.ts';

it('the README lists every metric as its table has it; npm run metrics-list writes it', () => {
  const readme = readFileSync(join(import.meta.dirname, '..', '..', '..', METRICS_README), 'utf8');
  expect(withMetricsList(readme)).toBe(readme);
});
