import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { compiled, regexLiteralsIn, skeletonOf } from '../testing/index.ts';
import { secretFormats } from './formats.ts';
import { programRules } from './program-rules.ts';

const here = regexLiteralsIn(fileURLToPath(new URL('.', import.meta.url)));
const names = regexLiteralsIn(fileURLToPath(new URL('..', import.meta.url))).filter(
  ({ file }) => file === 'secret-names.ts',
);
const patterns = [
  ...[...here, ...names].flatMap(({ literal }) => compiled(literal) ?? []),
  ...secretFormats.map(({ pattern }) => pattern),
  ...programRules.map(({ pattern }) => pattern),
];

/** A repetition without an end behind which something has to follow: only that can try the same characters twice. */
function goesOn(pattern: RegExp): boolean {
  const text = skeletonOf(pattern.source);
  // Tried at one place only.
  if (text.startsWith('^') || pattern.sticky) return false;
  return [...text.matchAll(/[*+]|\{\d+,\}/g)].some(
    ({ 0: repetition, index }) => text.slice(index + repetition.length).replaceAll(/[)?]/g, '') !== '',
  );
}

/** Shown to be linear by recheck 4.5, by its automaton: no second beginning stands inside of what the first ran over. */
const SHOWN = [
  '(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{16,}={0,2}',
  '[_-][^_-]*$',
  String.raw`(?<!\\)\\+[nr]|\s|-----END.*`,
  String.raw`\{(\d+),\}(?=$|[)|])`,
  '[a-z][A-Z]{2,}[a-z]|[A-Z][a-z][A-Z][a-z]?[A-Z]|[+/=!#%^&*]',
  String.raw`[()]|^[A-Za-z_$][A-Za-z_$]*(?:(?:\.|->|::)[A-Za-z_$]+)+$|\[|^[A-Z][a-z]+(?:[A-Z][a-z]+)*$`,
  String.raw`(?:^|[/\\])\.env(?:\.(?!(?:example|sample|template|dist|test)\b)[\w-]+)?(?:$|[*?])`,
  String.raw`(?:^|[/\\*])[\w-]+\.env$|^\*\.env`,
  String.raw`(?:^|[/\\])[\w.*-]*(?:credential|secret|password|passwd|token)s?\*?(?:\.(?:json|ya?ml|txt|toml|ini|xml|csv|db|kdbx))?$`,
  String.raw`\/proc\/(?:[^/]+|\*)\/environ`,
];
const SHOWN_FORMATS = new Set(
  'gitlab-token aws-bedrock-key fly-token grafana-token grafana-key intercom-token mapbox-token facebook-token jwt'.split(
    ' ',
  ),
);

describe('the regular expressions that look for secrets', () => {
  it('are found by this test', () => {
    expect(patterns.length).toBeGreaterThan(250);
    expect(goesOn(/a+b/)).toBe(true);
    expect(goesOn(/a{1,9}b+/)).toBe(false);
  });

  it('end with their only endless repetition, or were shown to be linear', () => {
    const formats = secretFormats.filter(({ kind }) => SHOWN_FORMATS.has(kind)).map(({ pattern }) => pattern.source);
    const unknown = patterns.filter(
      (pattern) => goesOn(pattern) && !SHOWN.includes(pattern.source) && !formats.includes(pattern.source),
    );
    expect(unknown.map(({ source }) => source)).toEqual([]);
  });
});
