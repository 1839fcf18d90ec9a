import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyFormat, secretFormats } from './formats.ts';

/** Texts of a format: its expression without look-around, which the generator cannot read. */
const tokens = secretFormats.map(({ kind, pattern }) => ({
  kind,
  pattern,
  text: fc.stringMatching(new RegExp(pattern.source.replaceAll(/\(\?<?[=!](?:[^()]|\([^()]*\))*\)/g, '')), {
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
      fc.constantFrom('', ' ', 'a', '_', '-', '.'),
      fc.constantFrom('', '123456'),
      (token, before, after) => {
        const whole = before + token + after;
        if (!holds(pattern, whole)) return;
        seen += 1;
        expect(anyFormat.test(whole)).toBe(true);
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
      expect(anyFormat.test(text)).toBe(false);
    }),
    { numRuns: 2000 },
  );
});
