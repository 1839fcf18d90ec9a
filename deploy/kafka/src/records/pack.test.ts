import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { packRecords, unpackValue } from './pack.ts';

describe('events in records', () => {
  test('come back in order and exactly, whatever they hold', () => {
    const entry = fc.record({
      key: fc.constantFrom('a', 'b', 'ключ'),
      value: fc.oneof(fc.json(), fc.string({ unit: 'binary' }), fc.constantFrom('', '\n', 'a\nb', '\r\n')),
    });
    fc.assert(
      fc.property(fc.array(entry), (entries) => {
        const records = packRecords(entries);
        const back = records.flatMap(({ key, value, whole }) =>
          unpackValue(value ?? '', whole).map((text) => ({ key, value: text })),
        );
        expect(back).toEqual(entries);
        expect(records.map(({ count }) => count)).toEqual(
          records.map(({ value, whole }) => unpackValue(value ?? '', whole).length),
        );
      }),
    );
  });

  test('share a record with their neighbours of the same key only', () => {
    const records = packRecords(['a', 'a', 'b', 'a'].map((key, n) => ({ key, value: `${n}` })));
    expect(records.map(({ key, value }) => [key, value])).toEqual([
      ['a', '0\n1'],
      ['b', '2'],
      ['a', '3'],
    ]);
  });

  test('of a compacted topic have a record each: there a key has one value', () => {
    const entries = [
      { key: 'a', value: '0' },
      { key: 'a', value: '1' },
      { key: 'a', value: null },
    ];
    const records = packRecords(entries, { share: false });
    expect(records).toMatchObject(entries.map((one) => ({ ...one, count: 1, whole: false })));
  });

  test('do not pile up in one record without end', () => {
    const value = 'x'.repeat(100_000);
    const records = packRecords(Array.from({ length: 9 }, () => ({ key: 'a', value })));
    expect(records.length).toBeGreaterThan(3);
    expect(records.reduce((sum, { count }) => sum + count, 0)).toBe(9);
  });

  test('a foreign writer may end its lines as it likes', () => {
    expect(unpackValue('{"a":1}\n', false)).toEqual(['{"a":1}']);
    expect(unpackValue('{"a":1}\n\n{"b":2}', false)).toEqual(['{"a":1}', '{"b":2}']);
    expect(unpackValue('', false)).toEqual([]);
  });
});
