import fc from 'fast-check';
import { expect, test } from 'vitest';
import { longWord } from './find-formats.ts';
import { anyFormat, secretFormats } from './formats.ts';
import { matchesOf } from './matches.ts';

/** Texts of a format: its expression without look-around and word ends, which the generator cannot read. */
const tokens = secretFormats.map(({ kind, pattern }) => ({
  kind,
  pattern,
  text: fc.stringMatching(new RegExp(pattern.source.replaceAll(/\(\?<?[=!](?:[^()]|\([^()]*\))*\)|\\b/g, '')), {
    maxLength: 300,
  }),
}));

function holds(pattern: RegExp, text: string): boolean {
  return text.search(pattern) >= 0;
}

test.each(tokens)('a text with a $kind passes the test that comes before all of them', ({ pattern, text }) => {
  let seen = 0;
  fc.assert(
    // Digits behind it, because some formats want them and random letters seldom have six in a row.
    fc.property(
      text,
      fc.constantFrom('', ' ', 'a', '_', '-', '.', '/', '=', '(', '"', 'user:'),
      fc.constantFrom('', '123456', '123456', '123456', '123456 ', ' ', '/', '"', ';', ','),
      (token, before, after) => {
        const whole = before + token + after;
        if (!holds(pattern, whole)) return;
        seen += 1;
        expect(holds(anyFormat, whole)).toBe(true);
        // Only words of a certain length are looked at: the token must lie within one.
        expect(matchesOf(longWord, whole).some(([word]) => holds(pattern, word))).toBe(true);
      },
    ),
    { numRuns: 200 },
  );
  expect(seen).toBeGreaterThan(0);
});

test('no format fits into the 15 characters of a plain word', () => {
  const alphabet = [...'abcdefgAEKIxoskghpGy0123456789_-./$'];
  const short = fc.string({ unit: fc.constantFrom(...alphabet), maxLength: 15 });
  const cut = fc
    .tuple(fc.oneof(...tokens.map(({ text }) => text)), fc.nat(15))
    .map(([text, end]) => text.slice(0, end));
  fc.assert(
    fc.property(fc.oneof(short, cut), (text) => {
      for (const { pattern } of secretFormats) expect(holds(pattern, text)).toBe(false);
      expect(holds(anyFormat, text)).toBe(false);
    }),
    { numRuns: 2000 },
  );
});
