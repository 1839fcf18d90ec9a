import { type ApprovalScope, type Command, type Effect, policySchema } from '@haltwire/schemas';
import { describe, expect, it } from 'vitest';
import { caseView } from '../analyst/views.ts';
import { Bench, call, effect, only, policyRecord, session, volumeDelete } from '../testing/builders.ts';

const DAY = 86_400_000;

function ask(bench: Bench, effects: readonly Effect[], callId = `c${bench.log.length}`) {
  const outputs = bench.feed(call({ callId, derived: { effects: [...effects] } }));
  return { verdict: only(outputs, 'verdict').at(-1)?.decision, decision: only(outputs, 'decision').at(-1)?.decision };
}

function say(bench: Bench, over: object): { ok?: boolean; message?: string } {
  const actor = { kind: 'person', name: 'ada', tokenId: 't' } as const;
  const ref = { tenantId: 'default', agentId: 'deploy-bot', sessionId: 's1' };
  const base = { type: 'command', v: 1, commandId: `k${bench.log.length}`, ...ref, actor, reason: 'nightly' };
  return only(bench.feed({ ...base, ...over } as Command), 'command')[0] ?? {};
}

const expected = (scope: ApprovalScope, days = 7) => ({
  command: 'verdict',
  verdict: 'expected',
  standing: { scope, days },
});
const kept = (bench: Bench) => bench.engine.store.sessions.get('default/deploy-bot/s1');

describe("an analyst's verdict", () => {
  it('is kept with the case, and shows in its record', () => {
    const bench = new Bench();
    bench.feed(session({}));
    expect(say(bench, { command: 'verdict', verdict: 'right' })).toMatchObject({ ok: false });
    const { decision } = ask(bench, [volumeDelete('vol_a')]);
    const wrong = { command: 'verdict', verdict: 'wrong', decisionId: decision?.decisionId };
    expect(say(bench, wrong)).toMatchObject({ ok: true, message: 'Kept.' });
    const session1 = kept(bench);
    expect(session1 === undefined ? undefined : caseView(session1)?.verdicts).toEqual([
      { verdict: 'wrong', by: 'ada', reason: 'nightly', at: bench.now, decisionId: decision?.decisionId },
    ]);
  });

  it('approves only what is expected', () => {
    const bench = new Bench();
    ask(bench, [volumeDelete('vol_a')]);
    const standing = { scope: { verbs: ['delete'] }, days: 1 };
    expect(say(bench, { command: 'verdict', verdict: 'right', standing })).toMatchObject({ ok: false });
    expect(ask(bench, [volumeDelete('vol_a')]).verdict).toBe('hold');
  });
});

describe('a standing approval', () => {
  const approved = (scope: ApprovalScope): Bench => {
    const bench = new Bench();
    expect(ask(bench, [volumeDelete('vol_a')]).verdict).toBe('hold');
    expect(say(bench, expected(scope))).toMatchObject({ ok: true });
    return bench;
  };

  it('lets its acts pass without a question, and they are on record', () => {
    const bench = approved({ verbs: ['delete'], resources: ['volume'], targets: ['vol_a'] });
    const { verdict, decision } = ask(bench, [volumeDelete('vol_a')]);
    expect(verdict).toBe('allow');
    expect(decision?.indicators.map(({ name }) => name)).toContain('irreversible-destruction');
    expect(decision?.signals).toContainEqual(
      expect.objectContaining({
        name: 'standing-approval',
        expected: 'hold',
        sentence: expect.stringContaining('nightly'),
      }),
    );
  });

  it('covers nothing else: another target, a second effect, an unreadable part, a proven wrong', () => {
    const bench = approved({ targets: ['vol_a'] });
    expect(ask(bench, [volumeDelete('vol_b')]).verdict).toBe('hold');
    expect(ask(bench, [volumeDelete('vol_a'), volumeDelete('vol_b')]).verdict).toBe('hold');
    const effects = [volumeDelete('vol_a')];
    const opaque = bench.feed(call({ callId: 'o', derived: { effects, opaque: 'x' } }));
    expect(only(opaque, 'verdict')[0]?.decision).toBe('hold');
    const claimed = { agentId: 'somebody' };
    const proven = bench.feed(call({ callId: 'p', claimed, derived: { effects } }));
    expect(only(proven, 'verdict')[0]?.decision).toBe('deny');
  });

  it('is one agent’s, ends in time, and before it when a person says so', () => {
    const bench = approved({ targets: ['vol_*'] });
    const other = bench.feed(
      call({ agentId: 'other-bot', callId: 'x', derived: { effects: [volumeDelete('vol_a')] } }),
    );
    expect(only(other, 'verdict')[0]?.decision).toBe('hold');
    bench.wait(7 * DAY - 1000);
    expect(ask(bench, [volumeDelete('vol_z')]).verdict).toBe('allow');
    bench.wait(1000);
    expect(ask(bench, [volumeDelete('vol_z')]).verdict).toBe('hold');
    say(bench, expected({ targets: ['vol_a'] }));
    const approvalId = kept(bench)?.case?.verdicts?.at(-1)?.approvalId;
    expect(ask(bench, [volumeDelete('vol_a')]).verdict).toBe('allow');
    expect(say(bench, { command: 'end-approval', approvalId })).toMatchObject({ ok: true });
    expect(say(bench, { command: 'end-approval', approvalId })).toMatchObject({ ok: false });
    expect(ask(bench, [volumeDelete('vol_a')]).verdict).toBe('hold');
  });

  it('does not stretch by a pattern in the call', () => {
    const bench = approved({ targets: ['/srv/tmp/*'] });
    const at = (path: string, scope: Effect['scope'] = 'one') =>
      effect({
        verb: 'delete',
        resource: 'directory',
        target: { path },
        scope,
        destructiveness: 1,
        reversibility: 'irreversible',
      });
    expect(ask(bench, [at('/srv/tmp/a')]).verdict).toBe('allow');
    expect(ask(bench, [at('/srv/tmp/../../etc')]).verdict).toBe('hold');
    expect(ask(bench, [at('/srv/tmp/x', 'all')]).verdict).toBe('hold');
    expect(ask(bench, [at('/srv/tmp')]).verdict).toBe('hold');
  });

  it('of the policy holds for its agents, and where the registry proves the environment', () => {
    const bench = new Bench();
    const nightly = { agents: ['deploy-bot'], verbs: ['delete'], environments: ['stg'], reason: 'agreed' };
    const resources = { scratch: { match: 'vol_a', kind: 'volume', environment: 'staging' } };
    const standingApprovals = { nightly: { ...nightly, expires: '2026-01-01T00:00:00Z' } };
    bench.feed(policyRecord(policySchema.parse({ version: 1, resources, standingApprovals })));
    expect(ask(bench, [volumeDelete('vol_a')]).verdict).toBe('allow');
    const claims = { ...volumeDelete('vol_b'), target: { id: 'vol_b', environment: 'staging' } };
    expect(ask(bench, [claims]).verdict).toBe('hold');
    bench.now = Date.parse('2026-01-01T00:00:00Z');
    expect(ask(bench, [volumeDelete('vol_a')]).verdict).toBe('hold');
  });
});
