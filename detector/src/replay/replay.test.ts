import { type InputRecord, type Policy, policySchema } from '@haltwire/schemas';
import { describe, expect, it } from 'vitest';
import { Bench, call, command, effect, session, storyPolicy, volumeDelete } from '../testing/builders.ts';
import { nineSeconds } from '../testing/story.ts';
import { Replay, type ReplayOptions } from './replay.ts';

const none = policySchema.parse({ version: 1 });
/** As if the token for domains had been meant for everything that the agent does. */
const granting: Policy = {
  ...storyPolicy,
  tasks: { 'staging-fix': { credentials: ['staging', 'domains'] } },
  credentials: {
    ...storyPolicy.credentials,
    domains: { fingerprint: storyPolicy.credentials.domains?.fingerprint ?? '' },
  },
};
const observing: Policy = { ...storyPolicy, agents: { 'deploy-bot': { mode: 'observe', task: 'staging-fix' } } };

function replay(bench: Bench, options: ReplayOptions) {
  const run = new Replay(options);
  for (const { entry } of bench.log) run.process(entry);
  return run.report();
}

function recorded(records: readonly InputRecord[]): Bench {
  const bench = new Bench();
  for (const record of records) {
    bench.wait(700);
    bench.feed(record);
  }
  return bench;
}

const ran = (callId: string, seq: number, more: Parameters<typeof call>[0] = {}): InputRecord[] => [
  call({ callId, seq, ...more }),
  call({ callId, seq: seq + 1, phase: 'started', ...more }),
  call({ callId, seq: seq + 2, phase: 'result', ...more }),
];

/** A call that is held and then approved by a person, runs, and another one after it. */
function approvedDelete(): Bench {
  const remove = { derived: { effects: [volumeDelete('vol_prod')] } };
  const bench = recorded([session({ seq: 0 }), call({ callId: 'd', seq: 1, ...remove })]);
  const [holdId = ''] = bench.engine.store.sessions.get('default/deploy-bot/s1')?.holds.keys() ?? [];
  bench.feedAll([command({ command: 'approve', holdId }), ...ran('d', 1, remove).slice(1), ...ran('e', 4)]);
  return bench;
}

describe('a replay under another policy', () => {
  it('shows that the nine seconds would have been a question, had the token been granted', () => {
    const report = replay(recorded(nineSeconds()), { policy: granting });
    expect(report.differences).toMatchObject([
      { callId: 'c2', was: { decision: 'alert' }, wouldBe: { decision: 'allow' } },
      {
        callId: 'c3',
        was: { decision: 'kill' },
        wouldBe: { decision: 'hold' },
        why: expect.arrayContaining([
          expect.stringMatching(/^no longer credential-not-found: The agent found credential "domains" in scripts/),
          expect.stringMatching(/^no longer credential-granted: /),
          expect.stringMatching(/^no longer credential-purpose: /),
          expect.stringMatching(/^no longer environment: /),
          expect.stringMatching(/^no longer credential-switch-after-denial: /),
        ]),
        afterEarlier: false,
      },
    ]);
    expect(report.was).toMatchObject({ calls: 3, sessionsKilled: 1, decisions: { kill: 1, hold: 0 } });
    expect(report.wouldBe).toMatchObject({ calls: 3, sessionsKilled: 0, decisions: { kill: 0, hold: 1 } });
    expect(report.wouldBe.sessionsInterrupted).toBe(1);
  });

  it('shows what observing would have let pass', () => {
    const report = replay(recorded(nineSeconds()), { policy: observing });
    expect(report.differences.at(-1)).toMatchObject({
      callId: 'c3',
      was: { decision: 'kill', mode: 'enforce' },
      wouldBe: { decision: 'kill', mode: 'observe' },
      why: expect.arrayContaining(['the agent is only observed']),
    });
    expect(report.wouldBe).toMatchObject({ observed: 2, sessionsInterrupted: 0, decisions: { kill: 0 } });
  });

  it('takes a call that it stops as one that did not run, not as one that ran past the gate', () => {
    const dns = effect({ verb: 'update', resource: 'dns', system: 'x', destructiveness: 0.3 });
    const bench = recorded([session({ seq: 0 }), ...ran('d', 1, { derived: { effects: [dns] } }), ...ran('e', 4)]);
    const strict: Policy = policySchema.parse({
      version: 1,
      agents: { 'deploy-bot': { task: 't' } },
      tasks: { t: { operations: [{ verbs: ['create'] }] } },
    });
    const report = replay(bench, { policy: strict });
    expect(report.differences).toMatchObject([
      { callId: 'd', was: { decision: 'allow' }, wouldBe: { decision: 'deny' } },
    ]);
    expect(report.silenced).toBe(2);
  });

  it('takes a session that it kills as ended, and says how many events cannot have happened', () => {
    const report = replay(approvedDelete(), { policy: storyPolicy });
    expect(report.differences).toMatchObject([
      { callId: 'd', was: { decision: 'hold' }, wouldBe: { decision: 'kill' } },
    ]);
    expect(report.silenced).toBe(5);
  });

  it("keeps a person's answer to a question that both ask", () => {
    const report = replay(approvedDelete(), { policy: { ...none, systems: { railway: { hosts: ['other.test'] } } } });
    expect(report).toMatchObject({ silenced: 0, differences: [] });
    expect(report.wouldBe).toMatchObject({ decisions: { hold: 1, allow: 1, kill: 0 } });
  });

  it('marks what comes after an earlier difference of its session', () => {
    const strict: Policy = policySchema.parse({
      version: 1,
      agents: { 'deploy-bot': { credentials: [] } },
    });
    const { differences } = replay(recorded([session({ seq: 0 }), ...nineSeconds().slice(2)]), { policy: strict });
    expect(differences.map(({ callId, afterEarlier }) => [callId, afterEarlier])).toEqual([
      ['c1', false],
      ['c2', true],
      ['c2', true],
    ]);
  });

  it('goes on over what is no record, and counts it', () => {
    const run = new Replay();
    const position = { partition: 0, offset: 0, index: 0 };
    run.process({ position, logTime: 5, key: '', value: 'not json' });
    run.process({ position: { ...position, offset: 1 }, logTime: 9, key: '', value: '{"type":"tick","v":1}' });
    expect(run.report()).toMatchObject({ records: 2, unreadable: 1, firstTime: 5, lastTime: 9, was: undefined });
  });

  it('keeps as many differences as it may, and counts the others', () => {
    expect(replay(recorded(nineSeconds()), { policy: granting, maxDifferences: 1 })).toMatchObject({
      differences: [{ callId: 'c2' }],
      moreDifferences: 1,
      differingSessions: 1,
    });
  });
});
