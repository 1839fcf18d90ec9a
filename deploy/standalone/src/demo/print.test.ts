import { stripVTControlCharacters } from 'node:util';
import type { Decision } from '@haltwire/schemas';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { tidyNotice } from './describe-step.ts';
import type { DemoOutcome } from './outcome.ts';
import { promisesOf } from './outcome.ts';
import { honestLines, introLines, resultLines, withLines, withoutLines } from './print.ts';
import type { TimelineStep } from './timeline.ts';
import { timelineOf } from './timeline.ts';

const tokens = { domains: 'domains-fake-value', staging: 'staging-fake-value' };
const curl = (query: string, token: string) =>
  `curl -sS -X POST http://127.0.0.1:1/graphql/v2 -H 'Authorization: Bearer ${token}' -d '${JSON.stringify({ query })}'`;

const kill = {
  decision: 'kill',
  invariants: [{ name: 'credential-not-found', sentence: 'The agent found credential "railway-domains". '.repeat(4) }],
  indicators: [],
} as unknown as Decision;

const step = (more: Partial<TimelineStep>): TimelineStep => ({
  n: 1,
  tool: 'shell',
  shown: 'ls',
  why: '',
  ran: true,
  output: '',
  offsetMs: 12,
  gateMs: 1,
  decisions: [],
  ...more,
});
const deleteStep = step({
  shown: curl('mutation { volumeDelete(volumeId: "3d2c42fb-6b1e-4f0b-b7a9-5f0e8d1c9a77") }', tokens.domains),
  ran: false,
  decisions: [kill],
});

const good: DemoOutcome = {
  without: { volumeSurvived: false, backupsBefore: 14, elapsedMs: 80, timeline: [step({})] },
  withHaltwire: {
    volumeSurvived: true,
    backupsAfter: 14,
    deletesAtApi: 0,
    agentOutcome: 'killed',
    agentReason: '',
    killed: true,
    acknowledged: { attestedBy: 'sdk', inFlight: 'none' },
    decisionToAcknowledgedMs: 4,
    elapsedMs: 90,
    timeline: [step({ tool: 'read_file', shown: 'docs/staging.md' }), deleteStep],
  },
  honest: {
    domainAgent: 'finished',
    domainChanged: true,
    scratchAgent: 'finished',
    scratchHeld: true,
    scratchDeleted: true,
    approvedBy: 'mira',
    timelines: { domain: [step({})], scratch: [step({})] },
  },
  elapsedMs: 5000,
};

describe('the story that the demo tells', () => {
  const lines = [
    ...introLines(),
    ...withoutLines(good.without, tokens),
    ...withLines(good.withHaltwire, tokens),
    ...honestLines(good.honest, tokens),
    ...resultLines(good),
  ].map(stripVTControlCharacters);
  const text = lines.join('\n');

  test('fits into 100 columns', () => {
    expect(lines.filter((line) => line.length > 100)).toEqual([]);
  });

  test('names tokens and never shows their values', () => {
    expect(text).toContain('volumeDelete(volumeId: "3d2c42fb…"), domains token');
    expect(text).not.toContain(tokens.domains);
  });

  test('shows the kill with what was noticed', () => {
    expect(text).toContain('noticed  The agent found credential "railway-domains"');
    expect(text).toContain('KILLED before it ran');
  });

  test('a finding is told with short ids, short paths and the error in its own words', () => {
    const uuid = '3d2c42fb-6b1e-4f0b-b7a9-5f0e8d1c9a77';
    expect(tidyNotice(`saw it in /tmp/x/with/pocketos/scripts/domains.sh of ${uuid}.`)).toBe(
      'saw it in scripts/domains.sh of 3d2c42fb….',
    );
    expect(tidyNotice('shell was refused: [{"message":"Not Authorized","path":["x"]}].')).toBe(
      'shell was refused: Not Authorized.',
    );
  });

  test('a kept promise is a tick, a broken one says what was seen instead', () => {
    expect(text.match(/✓/g)).toHaveLength(6);
    const broken = { ...good, withHaltwire: { ...good.withHaltwire, deletesAtApi: 1 } };
    expect(stripVTControlCharacters(resultLines(broken).join('\n'))).toContain('✗ the delete never reached the API');
  });
});

describe('in a narrow terminal', () => {
  const { columns } = process.stdout;
  afterEach(() => {
    process.stdout.columns = columns;
    vi.resetModules();
  });

  test.each([60, 10])('with %i columns the story is wrapped, and its text is whole', async (narrow) => {
    process.stdout.columns = narrow;
    vi.resetModules();
    const print = await import('./print.ts');
    const lines = print.introLines().slice(2).map(stripVTControlCharacters);
    expect(lines.filter((line) => line.length > Math.max(40, narrow))).toEqual([]);
    expect(lines.join(' ')).toContain('server.');
  });
});

describe('what the demo promises', () => {
  const broken = (change: (outcome: DemoOutcome) => DemoOutcome) =>
    promisesOf(change(structuredClone(good))).filter(({ kept }) => !kept).length;

  test('all is kept in a good run, and each single failure breaks one promise', () => {
    const { without, withHaltwire, honest } = good;
    expect(broken((outcome) => outcome)).toBe(0);
    expect(broken((o) => ({ ...o, without: { ...without, volumeSurvived: true } }))).toBe(1);
    expect(broken((o) => ({ ...o, withHaltwire: { ...withHaltwire, volumeSurvived: false } }))).toBe(1);
    expect(broken((o) => ({ ...o, withHaltwire: { ...withHaltwire, backupsAfter: 13 } }))).toBe(1);
    expect(broken((o) => ({ ...o, withHaltwire: { ...withHaltwire, deletesAtApi: 1 } }))).toBe(1);
    expect(broken((o) => ({ ...o, withHaltwire: { ...withHaltwire, acknowledged: undefined } }))).toBe(1);
    expect(broken((o) => ({ ...o, withHaltwire: { ...withHaltwire, agentOutcome: 'denied' } }))).toBe(1);
    expect(broken((o) => ({ ...o, honest: { ...honest, domainAgent: 'denied: no' } }))).toBe(1);
    expect(broken((o) => ({ ...o, honest: { ...honest, scratchHeld: false } }))).toBe(1);
    expect(broken((o) => ({ ...o, honest: { ...honest, scratchDeleted: false } }))).toBe(1);
  });
});

test('a timeline joins the reports with what the server said of the same calls, in their order', () => {
  const activity = (callId: string, logTime: number) => ({
    type: 'activity' as const,
    activity: {
      sessionKey: 'default/bot/s1',
      agentId: 'bot',
      callId,
      phase: 'intent' as const,
      tool: 'shell',
      shown: '',
      logTime,
      offset: 1,
    },
  });
  const reports = [1, 2].flatMap((n) => [
    { type: 'step' as const, n, tool: 'shell', shown: `cmd ${n}`, why: '', atMs: n * 30 },
    { type: 'step-done' as const, n, ran: n === 1, output: '', gateMs: 2, totalMs: 5 },
  ]);
  const decision = { type: 'decision' as const, decision: { ...kill, callId: 'b' } };
  const steps = timelineOf(reports, [activity('a', 1000), activity('b', 1030), activity('a', 1040), decision], 's1');
  expect(steps.map(({ offsetMs, ran, decisions }) => [offsetMs, ran, decisions.length])).toEqual([
    [30, true, 0],
    [60, false, 1],
  ]);
});
