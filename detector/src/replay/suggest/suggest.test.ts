import { type InputRecord, policySchema } from '@haltwire/schemas';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryStep } from '../../testing/arbitrary.ts';
import {
  Bench,
  type CallOver,
  call,
  command,
  DOMAIN_TOKEN,
  effect,
  policyRecord,
  STAGING_TOKEN,
  session,
  storyPolicy,
  volumeDelete,
} from '../../testing/builders.ts';
import { nineSeconds } from '../../testing/story.ts';
import { Replay } from '../replay.ts';
import { Observer } from './observer.ts';
import { type SuggestOptions, suggestPolicy } from './suggest-policy.ts';
import { newInterruptions, withdraw } from './withdraw.ts';

const ALL: SuggestOptions = { minSessions: 1, minCalls: 1 };

function observed(records: readonly InputRecord[]): { observer: Observer; bench: Bench } {
  const bench = new Bench();
  const observer = new Observer('default');
  for (const record of records) {
    bench.wait(700);
    bench.feed(record);
  }
  for (const { entry } of bench.log) observer.process(entry);
  observer.finish();
  return { observer, bench };
}

/** A call that is asked for, runs and ends well. */
function ran(callId: string, more: CallOver): InputRecord[] {
  const derived = { ...more.derived, outcome: { status: 'ok', class: 'none' } } as const;
  return [
    call({ callId, ...more }),
    call({ callId, ...more, phase: 'started' }),
    call({ callId, ...more, derived, phase: 'result' }),
  ];
}

const deploy = (environment: string) =>
  effect({
    verb: 'update',
    resource: 'deployment',
    system: 'railway',
    destructiveness: 0.1,
    target: { id: 'svc_1', host: 'api.railway.test', environment },
    credentialRef: STAGING_TOKEN,
  });

const logWithoutPolicy = fc.array(
  arbitraryStep.filter(({ record }) => record.type !== 'policy'),
  { maxLength: 50 },
);

describe('a suggested policy', () => {
  it('grants what honest calls did, and nothing that was only tried', () => {
    const honest = ran('h1', { sessionId: 's2', derived: { effects: [deploy('sandbox')] } });
    const { observer } = observed([...nineSeconds().slice(1), session({ sessionId: 's2' }), ...honest]);
    const { policy } = suggestPolicy(observer, ALL);
    expect(Object.values(policy.credentials).map(({ fingerprint }) => fingerprint)).toEqual([STAGING_TOKEN]);
    expect(policy.tasks).toEqual({
      'deploy-bot-work': {
        credentials: [expect.stringMatching(/^bearer-token-aaaaaa/)],
        operations: [{ systems: ['railway'], resources: ['deployment'], verbs: ['update'] }],
        limits: { callsPerSession: 50 },
      },
    });
    expect(policy.systems).toEqual({ railway: { hosts: ['api.railway.test'] } });
    expect([...observer.badSessions]).toEqual(['default/deploy-bot/s1']);
    expect(JSON.stringify(policy)).not.toContain(DOMAIN_TOKEN);
  });

  it("takes an agent's word for a grave environment, never for a mild one", () => {
    const live = policySchema.parse({
      version: 1,
      agents: { 'deploy-bot': { task: 'live' } },
      tasks: { live: { environment: 'production' } },
    });
    const ended = (environment: string) => ran('h1', { derived: { effects: [deploy(environment)] } });
    const grave = suggestPolicy(observed([policyRecord(live), ...ended('production')]).observer, ALL);
    expect(grave.policy.resources).toMatchObject({ svc_1: { environment: 'production' } });
    const mild = suggestPolicy(observed(ended('sandbox')).observer, ALL);
    expect(mild.policy.resources).toEqual({ svc_1: { match: 'svc_1', kind: 'deployment' } });
    expect(mild.reasons.find(({ path }) => path[0] === 'resources')?.comment).toContain(
      'the agent itself says: sandbox',
    );
  });

  it('lets pass for a while what people approved again and again, and nothing that they approved once', () => {
    const approvedDays = (days: number) => {
      const bench = new Bench();
      for (let day = 0; day < days; day += 1) {
        const more = { sessionId: `s${day}`, callId: 'd', derived: { effects: [volumeDelete('vol_scratch')] } };
        bench.feed(call(more));
        const [holdId = ''] = bench.engine.store.sessions.get(`default/deploy-bot/s${day}`)?.holds.keys() ?? [];
        bench.feed({ ...command({ command: 'approve', holdId }), sessionId: `s${day}` });
        bench.feedAll(ran('d', more).slice(1));
        bench.wait(1000);
      }
      const observer = new Observer('default');
      for (const { entry } of bench.log) observer.process(entry);
      observer.finish();
      return suggestPolicy(observer, ALL).policy.standingApprovals;
    };
    expect(approvedDays(2)).toEqual({});
    expect(approvedDays(3)).toEqual({
      'deploy-bot-delete-volume': {
        agents: ['deploy-bot'],
        verbs: ['delete'],
        resources: ['volume'],
        systems: ['railway'],
        targets: ['vol_scratch'],
        expires: new Date(1_002_000 + 30 * 86_400_000).toISOString(),
        reason: 'people approved it 3 times',
      },
    });
  });

  it('counts nothing that failed or did not end', () => {
    const [asked, started, ended] = ran('h1', { derived: { effects: [deploy('x')] } }) as [
      InputRecord,
      InputRecord,
      InputRecord,
    ];
    const failed = {
      ...ended,
      derived: { ...('derived' in ended ? ended.derived : {}), outcome: { status: 'error', class: 'other' } },
    };
    for (const records of [
      [asked, started],
      [asked, started, failed as InputRecord],
    ])
      expect(observed(records).observer.counts.entries()).toEqual([]);
  });

  it('keeps what the recorded policy declares', () => {
    const { observer } = observed([...nineSeconds(), session({ sessionId: 's2' })]);
    expect(suggestPolicy(observer, ALL).policy).toEqual(storyPolicy);
  });

  it('of any log is a policy, the same each time, and interrupts no honest call once what does is taken back', () => {
    fc.assert(
      fc.property(logWithoutPolicy, (steps) => {
        const bench = new Bench();
        for (const { record, waitMs } of steps) {
          bench.wait(waitMs);
          bench.feed(record);
        }
        const look = () => {
          const observer = new Observer('default');
          for (const { entry } of bench.log) observer.process(entry);
          observer.finish();
          return observer;
        };
        const observer = look();
        let suggestion = suggestPolicy(observer, ALL);
        expect(suggestPolicy(look(), ALL)).toEqual(suggestion);
        expect(policySchema.parse(suggestion.policy)).toEqual(suggestion.policy);
        for (;;) {
          const replay = new Replay({ policy: suggestion.policy });
          for (const { entry } of bench.log) replay.process(entry);
          const stopped = newInterruptions(replay.report().differences, observer.badSessions);
          const next = stopped.length === 0 ? suggestion : withdraw(suggestion, observer.policy, stopped);
          if (next === suggestion) {
            expect(stopped).toEqual([]);
            break;
          }
          suggestion = next;
        }
        expect(policySchema.parse(suggestion.policy)).toEqual(suggestion.policy);
      }),
      { numRuns: 300 },
    );
  });
});
