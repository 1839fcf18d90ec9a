import fc from 'fast-check';
import { expect, test } from 'vitest';
import { beginsAsText, findEncoded } from './find-encoded.ts';

test('no text in base64 is passed over for the way it begins', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', minLength: 16 }),
      fc.constantFrom('utf8', 'utf16le'),
      (text, encoding) => {
        fc.pre(encoding === 'utf8' || /^[\x20-\x7e]{2}/.test(text));
        // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what tells binary data
        fc.pre(!/[\u0000-\u001f\u007f]/.test(text));
        for (const alphabet of ['base64', 'base64url'] as const)
          expect(beginsAsText(Buffer.from(text.toWellFormed(), encoding as BufferEncoding).toString(alphabet))).toBe(
            true,
          );
      },
    ),
    { numRuns: 500 },
  );
});

test('what is decoded is what the inner redactor would change, and noise is left alone', () => {
  const inner = (text: string) => ({
    value: text.replace('hidden', 'shown'),
    secrets: text.includes('hidden') ? [{ fingerprint: `hwf_${'0'.repeat(32)}`, kind: 'token' }] : [],
  });
  const payload = Buffer.from('run the hidden thing').toString('base64');
  const [finding] = findEncoded(`echo ${payload} | base64 -d; cat /usr/lib/python3/dist-packages/x`, inner);
  expect(Buffer.from(finding?.rewritten?.text ?? '', 'base64').toString()).toBe('run the shown thing');
  expect(findEncoded('cat /usr/lib/python3/dist-packages/some_module.py', inner)).toEqual([]);
});
