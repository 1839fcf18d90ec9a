import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EvalResult, Miss } from '../support/eval.ts';
import { evaluateIncidents } from './incidents.ts';
import { writeIncidentFixtures } from './testing/fixtures.ts';

const misses: Miss[] = [];
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

async function evaluated(background = true): Promise<EvalResult> {
  const data = mkdtempSync(join(tmpdir(), 'haltwire-eval-'));
  folders.push(data);
  writeIncidentFixtures(data, { background });
  return await evaluateIncidents({ data, seed: 1, quiet: true, onMiss: (miss) => misses.push(miss) });
}

const all = ({ metrics, details = [], groups }: EvalResult) =>
  new Map([...metrics, ...details, ...groups].map((metric) => [metric.name, metric]));

describe('the evaluation of incidents', () => {
  let result: EvalResult;
  let metrics: ReturnType<typeof all>;
  beforeAll(async () => {
    result = await evaluated();
    metrics = all(result);
  });

  it('has every metric that the contract names, each with its interval', () => {
    for (const name of [
      'incidents.verbatim.stopped_before_harm',
      'incidents.default.stopped_before_harm',
      'incidents.granted.stopped_before_harm',
      'incidents.warned_before_harm',
      'incidents.evasion.stopped_before_harm',
      'benign.sessions_interrupted',
      'benign.actions_held',
      'benign.readonly_held',
      'benign.sessions_killed',
      'benign.indicator.irreversible-destruction.per_session',
      'benign.indicator.irreversible-destruction.per_1000_calls[corpus=coding]',
    ]) {
      const metric = metrics.get(name);
      expect(metric, name).toBeDefined();
      expect(metric?.lo, name).toBeLessThanOrEqual(metric?.value ?? Number.NaN);
      expect(metric?.hi, name).toBeGreaterThanOrEqual(metric?.value ?? Number.NaN);
      expect(metric?.n, name).toBeGreaterThan(0);
    }
  });

  it('stops the loss of a home at once, and the wrong database only when the registry tells which is which', () => {
    expect(metrics.get('incidents.verbatim.stopped_before_harm')).toMatchObject({ value: 1, n: 1 });
    expect(metrics.get('incidents.default.stopped_before_harm')).toMatchObject({ value: 0.5, n: 2 });
    expect(metrics.get('incidents.granted.stopped_before_harm')).toMatchObject({ value: 1, n: 2 });
    expect(metrics.get('incidents.default.stopped_before_harm[pattern=path]')).toMatchObject({ value: 0.5, n: 2 });
    expect(metrics.get('incidents.default.stopped_before_harm[pattern=place]')).toMatchObject({ value: 0, n: 1 });
  });

  it('leaves out what no call of a tool does, and says so', () => {
    expect(metrics.get('incidents.replayable')).toMatchObject({ n: 3 });
    expect(result.notes).toContain('No call of a tool does the harm, left out: words-only');
  });

  it('counts interruptions of honest work by session and by call, and which check it was', () => {
    expect(metrics.get('benign.sessions_interrupted')).toMatchObject({ value: 0.5, n: 2 });
    expect(metrics.get('benign.actions_held')).toMatchObject({ value: 1 / 6, n: 6 });
    expect(metrics.get('benign.readonly_held')).toMatchObject({ value: 0 });
    expect(metrics.get('benign.indicator.irreversible-destruction.per_session')).toMatchObject({ value: 0.5 });
    expect(metrics.get('benign.indicator.irreversible-destruction.per_1000_calls')?.value).toBeCloseTo(1000 / 6);
    // Nothing of the kind happened: the rate is 0, with what is still possible beside it.
    expect(metrics.get('benign.indicator.credential-not-found.per_session')).toMatchObject({ value: 0, lo: 0 });
  });

  it('kills none of the authorised look-alikes', () => {
    expect(metrics.get('look_alikes.sessions_killed')).toMatchObject({ value: 0, n: 10 });
  });

  it('tells the rule set by its hash, and each miss with what was decided at each step', () => {
    expect(result.notes[0]).toMatch(/^rule set [0-9a-f]{64}$/);
    expect(result.notes.join('\n')).toMatch(/paraphrase prod-row: 0 allow \d\.\d\d; 1! allow/);
    expect(misses.map(({ id }) => id)).toContain('prod-row');
  });

  it('gives the same numbers again', async () => {
    const again = await evaluated();
    expect(again.metrics).toEqual(result.metrics);
    expect(again.notes).toEqual(result.notes);
  });
});

it('plays incidents without a background when there is none, and says so', async () => {
  const result = await evaluated(false);
  expect(result.notes).toContain('no file of benign_traces_* in the data folder: incidents have no background');
  expect(all(result).get('incidents.verbatim.stopped_before_harm')).toMatchObject({ value: 1, n: 1 });
});
