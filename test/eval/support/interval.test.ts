import fc from 'fast-check';
import { expect, it } from 'vitest';
import { quantileOf, wilson } from './interval.ts';

it('a share of nothing seen is bounded by the number of trials', () => {
  expect(wilson(0, 100)).toMatchObject({ value: 0, lo: 0 });
  expect(wilson(0, 100).hi).toBeCloseTo(0.037, 3);
  // Wilson 1927, as every table has it.
  expect(wilson(8, 10).lo).toBeCloseTo(0.4902, 3);
  expect(wilson(8, 10).hi).toBeCloseTo(0.9433, 3);
});

it('the interval holds the share, stays within 0 and 1, and narrows with more trials', () => {
  fc.assert(
    fc.property(fc.nat(50), fc.nat(50), (hits, misses) => {
      const n = hits + misses;
      fc.pre(n > 0);
      const { value, lo, hi } = wilson(hits, n);
      expect(0 <= lo && lo <= value && value <= hi && hi <= 1).toBe(true);
      const more = wilson(hits * 10, n * 10);
      expect(more.hi - more.lo).toBeLessThan(hi - lo);
    }),
  );
});

it('a quantile lies between its bounds', () => {
  const sorted = Array.from({ length: 1000 }, (_, at) => at);
  expect(quantileOf(sorted, 0.5)).toEqual({ value: 500, lo: 469, hi: 530 });
  expect(quantileOf(sorted, 0.99)).toMatchObject({ value: 990 });
});
