import type { MetricTable, MetricValues } from '@haltwire/schemas';
import Fastify from 'fastify';
import { describe, expect, test } from 'vitest';
import type { MetricSource } from './exposition.ts';
import { nameMetrics } from './names.ts';
import { createMetricsRoutes } from './routes.ts';

const table: MetricTable = {
  verdictsSent: 'Verdicts sent.',
  'records.rejected': { help: 'Rejected.', type: 'counter', labels: ['reason'] },
  behind: { help: 'Entries behind.', type: 'gauge', labels: ['topic', 'partition'] },
  lag: { help: 'Lag.', type: 'gauge' },
};

async function scrape(...sources: MetricSource[]) {
  const app = Fastify();
  await app.register(createMetricsRoutes(sources));
  const answer = await app.inject('/metrics');
  return {
    answer,
    again: () => app.inject('/metrics'),
    lines: answer.body.split('\n').filter((line) => line.startsWith('haltwire')),
  };
}

const source = (read: () => MetricValues): MetricSource => ({ prefix: 'haltwire_x', table, read });

describe('GET /metrics', () => {
  test('tells every metric of the table with its value, labels told apart, beside those of the process', async () => {
    const { answer, lines } = await scrape(
      source(() => ({ verdictsSent: 3, 'records.rejected.invalid-field': 2, 'behind.agent.inputs.7': 40, lag: 1.5 })),
    );
    expect(answer.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(lines).toEqual([
      'haltwire_x_verdicts_sent_total 3',
      'haltwire_x_records_rejected_total{reason="invalid-field"} 2',
      'haltwire_x_behind{topic="agent.inputs",partition="7"} 40',
      'haltwire_x_lag 1.5',
    ]);
    expect(answer.body).toContain('# HELP haltwire_x_verdicts_sent_total Verdicts sent.');
    expect(answer.body).toContain('# TYPE haltwire_x_verdicts_sent_total counter');
    expect(answer.body).toContain('# TYPE haltwire_x_lag gauge');
    expect(answer.body).toMatch(/^process_cpu_seconds_total /m);
    expect(answer.body).toMatch(/^nodejs_eventloop_lag_p99_seconds /m);
  });

  test('a counter that was never counted is 0; a gauge that nobody measured is not told', async () => {
    const { lines } = await scrape(source(() => ({})));
    expect(lines).toEqual(['haltwire_x_verdicts_sent_total 0']);
  });

  test('a key that the table does not know is left out', async () => {
    const values = {
      constructor: 1,
      'verdictsSent.x': 2,
      'records.rejected': 3,
      'behind.agent': 4,
      'records.other.x': 5,
    };
    const { lines } = await scrape(source(() => values));
    expect(lines).toEqual(['haltwire_x_verdicts_sent_total 0']);
  });

  test('a part that fails keeps its last values, and the others are told', async () => {
    let failing = false;
    const first = source(() => {
      if (failing) throw new Error('the log is away');
      return { verdictsSent: 5 };
    });
    const { again } = await scrape(first, {
      ...source(() => ({ verdictsSent: failing ? 2 : 1 })),
      prefix: 'haltwire_y',
    });
    failing = true;
    const { statusCode, body } = await again();
    expect(statusCode).toBe(200);
    expect(body).toContain('haltwire_x_verdicts_sent_total 5');
    expect(body).toContain('haltwire_y_verdicts_sent_total 2');
  });

  test('two servers in one process do not get in the way of each other', async () => {
    const one = await scrape(source(() => ({ verdictsSent: 1 })));
    const two = await scrape(source(() => ({ verdictsSent: 2 })));
    expect([one.lines[0], two.lines[0]]).toEqual([
      'haltwire_x_verdicts_sent_total 1',
      'haltwire_x_verdicts_sent_total 2',
    ]);
  });
});

test('names are in snake case, and counters end in _total', () => {
  expect(nameMetrics('haltwire_kafka', table).map(({ exposed }) => exposed)).toEqual([
    'haltwire_kafka_verdicts_sent_total',
    'haltwire_kafka_records_rejected_total',
    'haltwire_kafka_behind',
    'haltwire_kafka_lag',
  ]);
});
