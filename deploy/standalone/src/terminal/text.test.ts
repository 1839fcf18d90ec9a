import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cut, oneLine, wrap } from './text.ts';

test('escape sequences, line breaks and direction marks of an agent do not reach the terminal', () => {
  expect(oneLine('ls\u001b[2J\u001b[1;1H\r\nKILLED \u202egnp.exe\u0007')).toBe('ls KILLED ·gnp.exe·');
});

test('any text becomes one printable line', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(oneLine(text)).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u);
    }),
  );
});

test('a cut text has the width and shows that something is missing', () => {
  expect(cut('abcdef', 4)).toBe('abc…');
  expect(cut('abcd', 4)).toBe('abcd');
});

test('wrapped lines keep the width and lose no word', () => {
  fc.assert(
    fc.property(
      fc.array(fc.stringMatching(/^[a-z]{1,30}$/), { minLength: 1 }),
      fc.integer({ min: 5, max: 40 }),
      (words, width) => {
        const lines = wrap(words.join(' '), width);
        expect(lines.every((line) => line.length <= width)).toBe(true);
        expect(lines.join('').replaceAll(' ', '')).toBe(words.join(''));
      },
    ),
  );
});
