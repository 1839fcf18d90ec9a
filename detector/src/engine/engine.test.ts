import { describe, expect, it } from 'vitest';
import {
  Bench,
  call,
  command,
  DOMAIN_TOKEN,
  effect,
  only,
  policyRecord,
  STAGING_TOKEN,
  STRANGE_TOKEN,
  session,
  volumeDelete,
} from '../testing/builders.ts';
import { nineSeconds } from '../testing/story.ts';

describe('the nine-second story', () => {
  it('is noticed at each step and killed at the delete', () => {
    const bench = new Bench();
    const decisions = only(bench.feedAll(nineSeconds()), 'decision').map((output) => output.decision);
    expect(decisions.map(({ callId, cause, decision }) => `${callId} ${cause} ${decision}`)).toEqual([
      'c1 intent allow',
      'c1 result allow',
      'c2 intent alert',
      'c2 result alert',
      'c3 intent kill',
    ]);
    expect(decisions[1]?.indicators.map(({ name }) => name)).toEqual(['authorization-failure']);
    expect(decisions[2]?.indicators.map(({ name }) => name)).toEqual(['secret-hunting']);
    expect(decisions[3]?.indicators.map(({ name }) => name)).toEqual(['found-credential']);
    const kill = decisions[4];
    expect(kill?.invariants.map(({ name }) => name)).toEqual([
      'credential-not-found',
      'credential-granted',
      'credential-purpose',
      'environment',
    ]);
    expect(kill?.indicators.map(({ name }) => name)).toContain('backup-in-blast-radius');
    expect(kill?.title).toContain('scripts/domains.sh');
    expect(kill?.title).toContain('vol_prod');
    expect(kill?.severity).toBe('critical');
  });

  it('gives the delete no allow, only the kill', () => {
    const bench = new Bench();
    const outputs = bench.feedAll(nineSeconds());
    expect(only(outputs, 'verdict').filter(({ callId }) => callId === 'c3')).toEqual([]);
    expect(only(outputs, 'kill')).toHaveLength(1);
  });

  it('stays killed: whatever is asked next is refused', () => {
    const bench = new Bench();
    bench.feedAll(nineSeconds());
    const outputs = bench.feed(call({ callId: 'c4', seq: 8, derived: { effects: [effect()] } }));
    expect(only(outputs, 'verdict').map(({ decision }) => decision)).toEqual(['deny']);
  });
});

describe('honest work', () => {
  it('uses the same token under its own task without being disturbed', () => {
    const bench = new Bench();
    bench.feedAll([policyRecord(), session({ seq: 0, taskToken: 'domains' })]);
    const change = effect({
      verb: 'update',
      resource: 'custom-domain',
      system: 'railway',
      destructiveness: 0.3,
      credentialRef: DOMAIN_TOKEN,
    });
    const outputs = bench.feed(call({ seq: 1, derived: { effects: [change] } }));
    expect(only(outputs, 'verdict').map(({ decision }) => decision)).toEqual(['allow']);
    expect(only(outputs, 'decision').map(({ decision }) => decision.decision)).toEqual(['allow']);
  });

  it('has its irreversible delete held, and run once approved', () => {
    const bench = new Bench();
    bench.feedAll([policyRecord(), session({ seq: 0 })]);
    const held = bench.feed(call({ seq: 1, derived: { effects: [volumeDelete('vol_scratch', STAGING_TOKEN)] } }));
    const hold = only(held, 'hold-opened')[0]?.hold;
    expect(only(held, 'verdict').map(({ decision }) => decision)).toEqual(['hold']);
    const approved = bench.feed(command({ command: 'approve', holdId: hold?.holdId ?? '' }));
    expect(only(approved, 'verdict').map(({ decision, digest }) => [decision, digest])).toEqual([
      ['allow', hold?.digest],
    ]);
    expect(only(approved, 'command')).toEqual([expect.objectContaining({ ok: true })]);
    const again = bench.feed(command({ command: 'approve', holdId: hold?.holdId ?? '' }));
    expect(only(again, 'verdict')).toEqual([]);
    expect(only(again, 'command')).toEqual([expect.objectContaining({ ok: false })]);
  });

  it('is not judged by grants that nobody declared', () => {
    const bench = new Bench();
    bench.feed(session({ seq: 0 }));
    const read = effect({ verb: 'read', resource: 'table', system: 'postgresql', credentialRef: STRANGE_TOKEN });
    const outputs = bench.feed(call({ seq: 1, derived: { effects: [read] } }));
    expect(only(outputs, 'verdict').map(({ decision }) => decision)).toEqual(['allow']);
  });
});

describe('a hold', () => {
  const held = (bench: Bench): string => {
    bench.feedAll([policyRecord(), session({ seq: 0 })]);
    const outputs = bench.feed(call({ seq: 1, derived: { effects: [volumeDelete('vol_scratch', STAGING_TOKEN)] } }));
    return only(outputs, 'hold-opened')[0]?.hold.holdId ?? '';
  };

  it('that nobody answers is denied when its time is over', () => {
    const bench = new Bench();
    held(bench);
    bench.wait(300_001);
    const outputs = bench.feed({ type: 'tick', v: 1 });
    expect(only(outputs, 'verdict').map(({ decision }) => decision)).toEqual(['deny']);
    expect(only(outputs, 'hold-closed').map(({ outcome }) => outcome)).toEqual(['expired']);
    expect(bench.engine.nextTimer()).toBeUndefined();
  });

  it('approved in the very record in which it expires is denied', () => {
    const bench = new Bench();
    const holdId = held(bench);
    bench.wait(300_000);
    const outputs = bench.feed(command({ command: 'approve', holdId }));
    expect(only(outputs, 'verdict').map(({ decision }) => decision)).toEqual(['deny']);
    expect(only(outputs, 'command')).toEqual([expect.objectContaining({ ok: false })]);
  });

  it('ends with the kill of its session, and no approval revives it', () => {
    const bench = new Bench();
    const holdId = held(bench);
    const killed = bench.feed(command({ command: 'kill' }));
    expect(only(killed, 'hold-closed').map(({ outcome }) => outcome)).toEqual(['killed']);
    const outputs = bench.feed(command({ command: 'approve', holdId }));
    expect(only(outputs, 'verdict')).toEqual([]);
    expect(only(outputs, 'command')).toEqual([expect.objectContaining({ ok: false })]);
  });

  it('is closed when the sdk gives the call up', () => {
    const bench = new Bench();
    held(bench);
    const outputs = bench.feed(call({ seq: 2, phase: 'abandoned' }));
    expect(only(outputs, 'hold-closed').map(({ outcome }) => outcome)).toEqual(['abandoned']);
  });

  it('is answered once, however often the same command arrives', () => {
    const bench = new Bench();
    const holdId = held(bench);
    const approve = command({ command: 'approve', holdId }, 'same');
    const first = bench.feed(approve);
    const second = bench.feed(approve);
    expect(only(first, 'verdict')).toHaveLength(1);
    expect(only(second, 'verdict')).toHaveLength(0);
    expect(only(second, 'command')).toEqual(only(first, 'command'));
  });
});

describe('a kill', () => {
  it('that nobody acknowledges raises an alert', () => {
    const bench = new Bench();
    bench.feedAll(nineSeconds());
    bench.wait(5001);
    const decisions = only(bench.feed({ type: 'tick', v: 1 }), 'decision').map(({ decision }) => decision);
    expect(decisions.map(({ decision, invariants }) => [decision, invariants[0]?.name])).toEqual([
      ['alert', 'kill-obeyed'],
    ]);
  });

  it('acknowledged in time raises none, and says whose word it is', () => {
    const bench = new Bench();
    const killId = only(bench.feedAll(nineSeconds()), 'kill')[0]?.kill.killId ?? '';
    const ids = { tenantId: 'default', agentId: 'deploy-bot', sessionId: 's1' };
    bench.feed({ type: 'kill-acknowledged', v: 1, ...ids, killId, attestedBy: 'sdk', inFlight: 'none' });
    bench.wait(60_000);
    expect(only(bench.feed({ type: 'tick', v: 1 }), 'decision')).toEqual([]);
    expect([...bench.engine.store.sessions.values()][0]?.kill?.acknowledged).toMatchObject({
      attestedBy: 'sdk',
      inFlight: 'none',
    });
  });

  it('that was acknowledged, followed by a start, is reported as not obeyed', () => {
    const bench = new Bench();
    const killId = only(bench.feedAll(nineSeconds()), 'kill')[0]?.kill.killId ?? '';
    const ids = { tenantId: 'default', agentId: 'deploy-bot', sessionId: 's1' };
    bench.feed({ type: 'kill-acknowledged', v: 1, ...ids, killId, attestedBy: 'sdk', inFlight: 'none' });
    const decisions = only(bench.feed(call({ callId: 'c9', phase: 'started', seq: 8 })), 'decision');
    expect(decisions.map(({ decision }) => decision.invariants[0]?.name)).toEqual(['kill-obeyed']);
  });

  it('is lifted by a person only, and leaves the session elevated', () => {
    const bench = new Bench();
    bench.feedAll(nineSeconds());
    const outputs = bench.feed(command({ command: 'release' }));
    expect(only(outputs, 'release')).toHaveLength(1);
    expect(only(outputs, 'posture').map(({ posture }) => posture)).toEqual(['elevated']);
  });

  it('past the cap per minute becomes a hold that pages a person', () => {
    const bench = new Bench();
    const decisions: string[] = [];
    for (let i = 0; i < 12; i += 1) {
      const sessionId = `s${i}`;
      const story = nineSeconds().map((record) => ('sessionId' in record ? { ...record, sessionId } : record));
      // Enough honest company that the share of the fleet is not what trips.
      for (let j = 0; j < 6; j += 1) bench.feed(session({ sessionId: `honest-${i}-${j}`, seq: 0 }));
      const last = only(bench.feedAll(story), 'decision').findLast(({ decision }) => decision.callId === 'c3');
      decisions.push(last?.decision.decision ?? 'none');
    }
    expect(decisions).toEqual([...Array.from({ length: 10 }, () => 'kill'), 'hold', 'hold']);
  });

  it('past the share of the fleet becomes a hold too', () => {
    const bench = new Bench();
    const decisions = ['s1', 's2', 's3'].map((sessionId) => {
      const story = nineSeconds().map((record) => ('sessionId' in record ? { ...record, sessionId } : record));
      return only(bench.feedAll(story), 'decision').findLast(({ decision }) => decision.callId === 'c3')?.decision
        .decision;
    });
    expect(decisions).toEqual(['kill', 'kill', 'hold']);
  });
});

describe('past the gate', () => {
  it('a call that starts while it is held ends the session', () => {
    const bench = new Bench();
    bench.feedAll([policyRecord(), session({ seq: 0 })]);
    bench.feed(call({ seq: 1, derived: { effects: [volumeDelete('vol_scratch', STAGING_TOKEN)] } }));
    const outputs = bench.feed(call({ seq: 2, phase: 'started' }));
    expect(only(outputs, 'decision').map(({ decision }) => [decision.decision, decision.invariants[0]?.name])).toEqual([
      ['kill', 'approved-digest'],
    ]);
  });

  it('a start with another digest than the judged one ends the session', () => {
    const bench = new Bench();
    bench.feedAll([policyRecord(), session({ seq: 0 }), call({ seq: 1, derived: { effects: [effect()] } })]);
    const outputs = bench.feed(call({ seq: 2, phase: 'started', claimed: { digest: 'f'.repeat(64) } }));
    expect(only(outputs, 'kill')).toHaveLength(1);
  });

  it('a harmful call on the fast path for reads is a misuse of the lease', () => {
    const bench = new Bench();
    bench.feedAll([policyRecord(), session({ seq: 0 })]);
    const outputs = bench.feed(
      call({ seq: 1, claimed: { readOnly: true }, derived: { effects: [volumeDelete('vol_scratch', STAGING_TOKEN)] } }),
    );
    expect(only(outputs, 'decision')[0]?.decision.invariants.map(({ name }) => name)).toContain('lease-use');
    expect(only(outputs, 'posture').map(({ posture }) => posture)).toContain('elevated');
  });

  it('a missing event raises the posture after a bounded wait, and what waited is judged then', () => {
    const bench = new Bench();
    bench.feedAll([policyRecord(), session({ seq: 0 })]);
    const early = bench.feed(call({ seq: 2, derived: { effects: [effect()] } }));
    expect(only(early, 'verdict')).toEqual([]);
    bench.wait(2001);
    const outputs = bench.feed({ type: 'tick', v: 1 });
    expect(only(outputs, 'decision').map(({ decision }) => decision.invariants[0]?.name ?? decision.decision)).toEqual([
      'record-complete',
      'allow',
    ]);
    expect(only(outputs, 'posture').map(({ posture }) => posture)).toEqual(['elevated']);
  });

  it('a destructive call that only a span reports kills the session after the fact', () => {
    const bench = new Bench();
    bench.feedAll(nineSeconds().slice(0, -1));
    const foreign = call({
      callId: 'x',
      origin: 'span',
      phase: 'result',
      derived: { effects: [volumeDelete('vol_prod', DOMAIN_TOKEN)] },
    });
    const outputs = bench.feed(foreign);
    expect(only(outputs, 'decision')[0]?.decision).toMatchObject({ decision: 'kill', cause: 'result' });
  });
});
