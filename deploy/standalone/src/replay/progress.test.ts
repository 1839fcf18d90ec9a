import { expect, test } from 'vitest';
import { barText, createProgress } from './progress.ts';
import { readTime } from './time-flag.ts';

test('the bar shows share, count and unit; without a total only the count', () => {
  expect(barText(500, 1000, 'records')).toBe('████████████────────────  50 %  500 of 1,000 records');
  expect(barText(2000, 1000, 'records')).toContain('100 %');
  expect(barText(1234, undefined, 'bytes')).toBe('1,234 bytes');
});

test('a terminal is redrawn now and then and left clean; a pipe hears nothing', () => {
  const written: string[] = [];
  let now = 0;
  const write = (text: string) => written.push(text);
  const bar = createProgress('replaying', 10, 'records', { isTTY: true, write }, () => now);
  bar.update(1);
  bar.update(2);
  now = 1000;
  bar.update(3);
  bar.clear();
  expect(written.map((text) => text.replace('\r\u001b[K', '').slice(-15))).toEqual([
    '1 of 10 records',
    '3 of 10 records',
    '',
  ]);
  const silent = createProgress('replaying', 10, 'records', { isTTY: false, write }, () => now + 5000);
  silent.update(9);
  silent.clear();
  expect(written).toHaveLength(3);
});

test('times are moments or so long ago', () => {
  expect(readTime('from', '2h', 10_000_000)).toBe(10_000_000 - 7_200_000);
  expect(readTime('from', '2026-04-12T10:00:00Z')).toBe(Date.UTC(2026, 3, 12, 10));
  expect(readTime('from', undefined)).toBeUndefined();
  expect(() => readTime('from', '12:00')).toThrow(/--from 12:00 is no time/);
});
