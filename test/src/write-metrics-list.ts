import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { METRICS_README, withMetricsList } from './support/metrics-list.ts';

/** Writes the list of all metrics into the README, from their tables. */
const path = join(import.meta.dirname, '..', '..', METRICS_README);
writeFileSync(path, withMetricsList(readFileSync(path, 'utf8')));
