import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assignPartitions, type Claim } from './assign.ts';

const range = (count: number) => Array.from({ length: count }, (_, n) => n);

/** Members with claims that may contradict each other, as after a member slept. */
const situation = fc.record({
  partitions: fc.integer({ min: 0, max: 24 }).map(range),
  members: fc.uniqueArray(fc.string({ minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 7 }).chain((ids) =>
    fc.tuple(
      ...ids.map((id) =>
        fc.record({
          id: fc.constant(id),
          owned: fc.uniqueArray(fc.integer({ min: 0, max: 30 }), { maxLength: 12 }),
          generation: fc.integer({ min: 0, max: 4 }),
        }),
      ),
    ),
  ),
});

describe('sharing partitions', () => {
  test('gives every partition to exactly one member, and as many to each, give or take one', () => {
    fc.assert(
      fc.property(situation, ({ members, partitions }) => {
        const shares = assignPartitions(members, partitions);
        expect([...shares.keys()].sort()).toEqual(members.map(({ id }) => id).sort());
        expect([...shares.values()].flat().sort((a, b) => a - b)).toEqual(partitions);
        const counts = [...shares.values()].map((share) => share.length);
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('does not depend on the order of the members', () => {
    fc.assert(
      fc.property(situation, ({ members, partitions }) => {
        const reversed = assignPartitions([...members].reverse(), partitions);
        expect(new Map(reversed)).toEqual(new Map(assignPartitions(members, partitions)));
      }),
    );
  });

  test('changes nothing when nothing has changed', () => {
    fc.assert(
      fc.property(situation, ({ members, partitions }) => {
        const first = assignPartitions(members, partitions);
        const again = members.map(({ id }) => ({ id, owned: first.get(id) ?? [], generation: 9 }));
        expect(assignPartitions(again, partitions)).toEqual(first);
      }),
    );
  });

  test('moves no more than the newcomer needs, and to others only what the one who left had', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 24 }), fc.integer({ min: 1, max: 6 }), (count, size) => {
        const partitions = range(count);
        const nobody = range(size).map((n): Claim => ({ id: `m${n}`, owned: [], generation: 0 }));
        const before = assignPartitions(nobody, partitions);
        const settled = nobody.map(({ id }) => ({ id, owned: before.get(id) ?? [], generation: 1 }));
        const ownerOf = (shares: Map<string, number[]>, partition: number) =>
          [...shares].find(([, share]) => share.includes(partition))?.[0];

        const after = assignPartitions([...settled, { id: 'new', owned: [], generation: 0 }], partitions);
        const moved = partitions.filter((one) => ownerOf(before, one) !== ownerOf(after, one));
        expect(moved).toEqual(after.get('new'));

        const [gone, ...stayed] = settled;
        if (stayed.length === 0) return;
        const left = assignPartitions(stayed, partitions);
        const movedThen = partitions.filter((one) => ownerOf(before, one) !== ownerOf(left, one));
        expect(movedThen).toEqual(gone?.owned);
      }),
    );
  });

  test('believes the later one of two who claim the same partition', () => {
    const claims = [
      { id: 'slept', owned: [0, 1], generation: 3 },
      { id: 'woke', owned: [0, 1], generation: 4 },
      { id: 'other', owned: [2, 3], generation: 4 },
    ];
    const shares = assignPartitions(claims, range(6));
    expect(shares.get('woke')).toEqual([0, 1]);
    expect(shares.get('other')).toEqual([2, 3]);
    expect(shares.get('slept')).toEqual([4, 5]);
  });
});
