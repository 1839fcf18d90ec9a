import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../src/support/folder.ts';
import { writeIncidentFixtures } from './incidents/testing/fixtures.ts';
import { writeFixtures } from './testing/fixtures.ts';

const root = join(import.meta.dirname, '..', '..');

function runEval(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const command = ['--conditions=@haltwire/source', join(root, 'test', 'eval', 'run.ts'), ...args];
  return spawnSync(process.execPath, command, { encoding: 'utf8', cwd: root });
}

interface Metric {
  readonly name: string;
  readonly value: number;
  readonly lo: number;
  readonly hi: number;
  readonly n: number;
}

describe('npm run eval -- actions', () => {
  const folder = mkdtempSync(join(tmpdir(), 'haltwire-eval-'));
  const json = join(folder, 'out.json');
  const misses = join(folder, 'misses.jsonl');
  const metrics = new Map<string, Metric>();
  let run: ReturnType<typeof runEval>;

  beforeAll(() => {
    writeFixtures(folder);
    run = runEval('actions', '--data', folder, '--json', json, '--misses', misses, '--quiet');
    const written = JSON.parse(readFileSync(json, 'utf8')) as { metrics: Metric[] };
    for (const metric of written.metrics) metrics.set(metric.name, metric);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('writes every metric that the contract names, each with its interval', () => {
    expect(run.status).toBe(0);
    for (const name of [
      'commands.destructive.recall',
      'commands.safe.false_positive_rate',
      'benign_shell.agent.false_positive_rate',
      'sql.destructive.recall',
      'sql.readonly.false_positive_rate',
      'tool_verbs.strict_destructive.recall',
      'tool_verbs.readonly.false_positive_rate',
      'api_actions.destructive.recall',
      'api_actions.readonly.false_positive_rate',
      'incidents.harm_call.recall',
      'secrets.recall',
      'secrets.false_positive_rate',
      'evasion.recall',
      'evasion.benign_false_positive_rate',
      'latency.p50_us',
      'latency.p99_us',
    ]) {
      const metric = metrics.get(name);
      expect(metric, name).toBeDefined();
      expect(metric?.lo, name).toBeLessThanOrEqual(metric?.value ?? Number.NaN);
      expect(metric?.hi, name).toBeGreaterThanOrEqual(metric?.value ?? Number.NaN);
      expect(metric?.n, name).toBeGreaterThan(0);
    }
  });

  it('counts right and wrong answers, and tells honest deletions from false positives', () => {
    expect(metrics.get('commands.destructive.recall')).toMatchObject({ value: 0.5, n: 2 });
    expect(metrics.get('commands.destructive.recall[category=rm]')).toMatchObject({ value: 1, n: 1 });
    expect(metrics.get('benign_shell.agent.false_positive_rate')).toMatchObject({ value: 1 / 3, n: 3 });
    expect(metrics.get('benign_shell.agent.deletion_rate')).toMatchObject({ value: 2 / 3, n: 3 });
    expect(metrics.get('incidents.harm_call.recall')).toMatchObject({ value: 1, n: 1 });
    expect(metrics.get('secrets.recall')).toMatchObject({ value: 1, n: 1 });
    expect(metrics.get('secrets.false_positive_rate')).toMatchObject({ value: 0, n: 1 });
    expect(run.stdout).toContain('benign_shell.agent: 2 of 3 calls delete');
  });

  it('says which sets were not there, and writes the misses where it is told', () => {
    expect(run.stdout).toContain('no file of cli_examples in the data folder');
    const lines = readFileSync(misses, 'utf8').trim().split('\n');
    const all = lines.map((line) => JSON.parse(line) as { id: string; metric: string });
    const ids = all.filter(({ metric }) => !metric.startsWith('evasion.')).map(({ id }) => id);
    expect(ids).toEqual(['c2', 'b2']);
  });
});

it('npm run eval -- incidents writes its metrics, and the rates of every check that people read in a table', () => {
  const folder = temporaryFolder();
  writeIncidentFixtures(folder);
  const json = join(folder, 'out.json');
  const run = runEval('incidents', '--data', folder, '--json', json, '--quiet');
  expect(run.status).toBe(0);
  expect(run.stdout).toContain('Stopped before harm, by pattern');
  const { metrics } = JSON.parse(readFileSync(json, 'utf8')) as { metrics: Metric[] };
  const names = metrics.map(({ name }) => name);
  expect(names).toContain('incidents.granted.stopped_before_harm');
  expect(names).toContain('benign.indicator.secret-hunting.per_session[corpus=coding]');
});

describe('a run that cannot be', () => {
  it('names the evaluations there are when it is asked for another', () => {
    const run = runEval('nonsense');
    expect(run.status).toBe(2);
    expect(run.stderr).toContain('npm run eval -- actions');
  });

  it('names the folder that is not there, and the line that cannot be read', () => {
    expect(runEval('actions', '--data', '/no/such/folder').stderr).toContain('there is no folder /no/such/folder');
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'commands.jsonl'), '{"id":"c1","command":"ls","label":"safe"}\n{"id":\n');
    const { status, stderr } = runEval('actions', '--data', folder, '--quiet');
    expect(status).toBe(2);
    expect(stderr).toContain('commands.jsonl:2 is no JSON');
  });
});
