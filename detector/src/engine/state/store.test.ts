import { describe, expect, it } from 'vitest';
import { StateStore } from './store.ts';

const ref = (agentId: string, n: number) => ({ tenantId: 'default', agentId, sessionId: `s${n}` });

describe('the store', () => {
  it('is bounded under a flood of live sessions, which pushes out itself', () => {
    const store = new StateStore(1000);
    for (let n = 0; n < 10; n += 1) store.session(ref('honest', n));
    for (let n = 0; n < 50_000; n += 1) store.session(ref('flooder', n));
    expect(store.sessions.size).toBeLessThanOrEqual(1001);
    expect([...store.sessions.values()].filter(({ agentId }) => agentId === 'honest')).toHaveLength(10);
    expect(store.sessions.has('default/flooder/s49999')).toBe(true);
  });

  it('drops sessions that only said hello before any that did something, however long ago', () => {
    const store = new StateStore(1000);
    for (let n = 0; n < 10; n += 1) {
      const session = store.session(ref('honest', n));
      session.callCount = 1;
      session.ended = true;
    }
    for (let n = 0; n < 20_000; n += 1) store.session(ref(`hello-${n % 500}`, n));
    expect([...store.sessions.values()].filter(({ agentId }) => agentId === 'honest')).toHaveLength(10);
  });

  it('never drops a killed session, and does not look at all of them for each new one', () => {
    const store = new StateStore(1000);
    for (let n = 0; n < 5000; n += 1) {
      const session = store.session(ref('flooder', n));
      session.kill = { killId: `k${n}`, at: 0, by: 'x', reason: 'x' };
    }
    expect(store.sessions.size).toBe(5000);
  });
});
