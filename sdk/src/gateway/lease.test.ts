import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Lease } from './lease.ts';

test('a lease counts from the moment its renewal was sent, not from its answer', () => {
  const lease = new Lease();
  const n = lease.request(1000);
  // The answer comes 400 ms later; the lease is none the longer.
  expect(lease.grant(n, 500)).toBe(true);
  expect(lease.isLive(1499)).toBe(true);
  expect(lease.isLive(1500)).toBe(false);
});

test('an answer that took longer than the lease grants nothing', () => {
  const lease = new Lease();
  lease.grant(lease.request(0), 100);
  expect(lease.isLive(100)).toBe(false);
});

test('an answer that nobody asked for grants nothing', () => {
  const lease = new Lease();
  expect(lease.grant(0, 1000)).toBe(false);
  const n = lease.request(0);
  expect(lease.grant(n + 1, 1000)).toBe(false);
  expect(lease.isLive(1)).toBe(false);
});

test('an answer from before the socket was cut grants nothing', () => {
  const lease = new Lease();
  const n = lease.request(0);
  lease.revoke();
  expect(lease.grant(n, 1000)).toBe(false);
  expect(lease.isLive(1)).toBe(false);
});

test('whatever the answers, no lease lives longer than the newest request plus the longest grant', () => {
  const step = fc.record({ wait: fc.nat(50), answer: fc.option(fc.nat(20)), ttl: fc.integer({ min: 1, max: 100 }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const lease = new Lease();
      let now = 0;
      let latest = 0;
      for (const { wait, answer, ttl } of steps) {
        latest = now;
        lease.request(now);
        now += wait;
        if (answer !== null) lease.grant(answer, ttl);
        expect(lease.isLive(latest + 100)).toBe(false);
      }
    }),
  );
});
