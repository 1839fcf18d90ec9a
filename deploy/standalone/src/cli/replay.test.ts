import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReplayReport } from '@haltwire/detector';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { playHonestDay, playIncident } from '../testing/recorded-day.ts';
import { runHaltwire } from '../testing/run-haltwire.ts';
import { startTestServer } from '../testing/test-server.ts';

describe('haltwire replay', () => {
  let folder: string;
  let data: string;
  let observing: string;
  let strict: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'haltwire-replay-'));
    data = join(folder, 'data');
    const server = await startTestServer(data);
    await playHonestDay(server);
    expect(await playIncident(server)).toBe('HaltwireKilledError');
    expect((await runHaltwire(['replay', '--data', data])).err).toContain('Stop it, or copy the folder');
    await server.stop();
    observing = policyFile('observing.yaml', 'version: 1\nagents:\n  my-agent:\n    mode: observe\n');
    strict = policyFile(
      'strict.yaml',
      'version: 1\nagents:\n  my-agent:\n    task: notes\ntasks:\n  notes:\n    operations:\n      - verbs: [create]\n',
    );
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function policyFile(name: string, text: string): string {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  }

  async function report(...args: string[]): Promise<ReplayReport & { source: string }> {
    const { code, out, err } = await runHaltwire(['replay', ...args, '--json']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    return JSON.parse(out);
  }

  test('without a policy gives the recorded decisions again, byte for byte', async () => {
    const { fidelity, differences, was, wouldBe } = await report('--data', data);
    expect(fidelity?.recorded).toBeGreaterThan(7);
    expect(fidelity?.identical).toBe(fidelity?.recorded);
    expect(differences).toEqual([]);
    expect(wouldBe).toEqual(was);
    expect(wouldBe).toMatchObject({ calls: 7, sessionsKilled: 1, decisions: { kill: 1, hold: 1 } });
    const { out } = await runHaltwire(['replay', '--data', data]);
    expect(out).toMatch(/^The engine gives all \d+ recorded decisions again, byte for byte\.$/m);
    expect(out).toMatch(/^killed +1 +1$/m);
    expect(out).toContain('No difference.');
  });

  test('reads a copy of the log folder alone', async () => {
    const copy = join(folder, 'copy', 'log');
    mkdirSync(copy, { recursive: true });
    copyFileSync(join(data, 'log', 'data.mdb'), join(copy, 'data.mdb'));
    expect((await report('--data', join(folder, 'copy'))).differences).toEqual([]);
  });

  test('with a policy shows each call that would have been decided differently, and why', async () => {
    const { code, out } = await runHaltwire(['replay', '--data', data, '--policy', observing]);
    expect(code).toBe(0);
    expect(out).toMatch(/recorded {2}observing\.yaml/);
    expect(out).toMatch(/^killed +1 +0$/m);
    expect(out).toMatch(/^sessions interrupted +2 +0$/m);
    expect(out).toMatch(/my-agent\/incident {2}killed → only observed \(would be killed\)/);
    expect(out).toContain('the agent is only observed');
    expect(out).toContain('backboard.railway.com');
    expect(out).toMatch(/^allowed +4 +4$/m);
  });

  test('says what a stricter policy would have stopped, and that what followed did not happen', async () => {
    const { differences, silenced, wouldBe } = await report('--data', data, '--policy', strict);
    const drop = differences.find(({ shown }) => shown.includes('DROP TABLE'));
    expect(drop).toMatchObject({ was: { decision: 'hold' }, wouldBe: { decision: 'deny' } });
    expect(drop?.why[0]).toMatch(/^within-grant: The task "notes" does not include deleting/);
    const newlyStopped = differences.filter(
      ({ was, wouldBe: now }) => was.decision === 'allow' && now.decision === 'deny',
    );
    // Start and result of each, and of the deletion that a person had approved.
    expect(silenced).toBe(2 * (newlyStopped.length + 1));
    expect(wouldBe.sessionsInterrupted).toBe(2);
  });

  test('compares two policies on the same inputs', async () => {
    const { basis, was, wouldBe } = await report('--data', data, '--policy', strict, '--against', observing);
    expect(basis).toBe('other policy');
    expect(was?.sessionsInterrupted).toBe(0);
    expect(wouldBe.sessionsInterrupted).toBe(2);
  });

  test('what it exports replays to the same, and can be cut by agent and time', async () => {
    const file = join(folder, 'incident.ndjson');
    const { code, out, err } = await runHaltwire(['replay', '--data', data, '--export', file]);
    expect({ code, out }).toEqual({ code: 0, out: '' });
    expect(err).toMatch(/^Wrote \d+ records of /);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const here = await report('--data', data, '--policy', strict);
    const there = await report('--file', file, '--policy', strict);
    expect({ ...there, source: '', fidelity: undefined }).toEqual({ ...here, source: '', fidelity: undefined });
    const nobody = await runHaltwire(['replay', '--file', file, '--export', '-', '--agent', 'nobody']);
    expect(nobody.out).not.toContain('"type\\":\\"call');
    expect(nobody.out).toContain('claim');
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    expect(lines.length).toBe(here.records);
  });

  test('bare records are taken too, and counted only within the time that is asked for', async () => {
    const file = join(folder, 'all.ndjson');
    await runHaltwire(['replay', '--data', data, '--export', file]);
    const records = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).value as string);
    const bare = policyFile('bare.ndjson', `${records.join('\n')}\n`);
    expect((await report('--file', bare)).wouldBe).toMatchObject({ calls: 7, sessionsKilled: 1 });
    expect((await report('--data', data, '--from', '2999-01-01')).wouldBe.calls).toBe(0);
    expect((await report('--data', data, '--to', '1d')).records).toBe(0);
    expect((await report('--data', data, '--agent', 'nobody')).wouldBe.calls).toBe(0);
  });

  test.each([
    [[], /one of --data, --kafka, --clickhouse or --file/],
    [['--data', 'x', '--file', 'y'], /one of --data/],
    [['--data', '/nowhere'], /\/nowhere is no data folder/],
    [['--file', '/nowhere'], /\/nowhere cannot be read/],
    [['--file', 'x', '--against', 'y'], /--against needs --policy/],
    [['--file', 'x', '--from', 'soon'], /--from soon is no time/],
    [['--clickhouse'], /HALTWIRE_CLICKHOUSE_URL is not set/],
    [['--kafka'], /HALTWIRE_KAFKA_BROKERS/],
  ])('%j is a wrong command line: exit 2, with the cure', async (args, message) => {
    const { code, err, out } = await runHaltwire(['replay', ...args]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(message);
  });

  test('a line that is no record is named', async () => {
    const file = policyFile('wrong.ndjson', '{"type":"tick","v":1}\n{"v":1}\n');
    const { code, err } = await runHaltwire(['replay', '--file', file]);
    expect(code).toBe(1);
    expect(err).toContain('wrong.ndjson:2 is neither a log entry');
  });
});
