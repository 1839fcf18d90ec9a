import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Findings } from './findings.ts';
import { loadClassifier } from './index.ts';
import { route } from './route.ts';

// The parsers have to be there; the route is what is measured.
await loadClassifier();

/** Most steps that any call may cost: nodes, commands, tokens, effects and kilobytes of text. */
const MOST = 40_000;
const SIZE = 65_536;

function steps(tool: string, args: unknown): number {
  const findings = new Findings([]);
  route(findings, { phase: 'intent', tool: { name: tool }, arguments: args, cwd: '/srv/app', credentials: [] });
  return findings.steps;
}

const units = fc.oneof(
  fc.constantFrom(
    ...'$(|`|{a,|a|;|a;|"|\'|a |-a |$X |X=$X$X;|f(){ f;};|if a;then |for i in a b;do |cat <<A\n|>b |bash -c "|eval |echo a|a\n|${a:-|$((1+|<(|&& a|rm -rf /x;|find . -exec |xargs |python -c "|x=x+"a";|os.system("rm");|drop table a;|select a,|a or |(|/*|mutation{|a(b:1)|{"a":|[|../|alias a=b;|export A=b;|curl http://a '.split(
      '|',
    ),
    '|',
    ' | cat',
  ),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }),
);
/** One or two pieces, again and again up to 64 KiB: what grows faster than its input shows here. */
const repeated = fc.tuple(units, units, units).map(([head, unit, tail]) => {
  const times = Math.floor((SIZE - head.length - tail.length) / unit.length);
  return head + unit.repeat(Math.max(0, times)) + tail;
});
const wrapped = fc.tuple(
  fc.constantFrom(
    '',
    "bash -c '",
    'psql -c "',
    "python3 -c '",
    'echo ',
    "curl https://x.test/graphql -d '",
    'pwsh -c "',
    'ssh h ',
  ),
  repeated,
);

describe('any call costs a bounded number of steps', () => {
  it('as a shell command', () => {
    fc.assert(
      fc.property(wrapped, ([start, text]) => {
        expect(steps('bash', { command: (start + text).slice(0, SIZE) })).toBeLessThanOrEqual(MOST);
      }),
      { numRuns: 150 },
    );
  }, 60_000);

  it('as SQL, as a request, as code, as a path', () => {
    const shapes = fc.constantFrom(
      (text: string) => ['execute_sql', { query: text }] as const,
      (text: string) => ['http_request', { url: 'https://x.test/graphql', body: text }] as const,
      (text: string) => ['run_python', { code: text }] as const,
      (text: string) => ['delete_file', { path: text, paths: text.split('a').slice(0, 9000) }] as const,
      (text: string) => [text, { id: text }] as const,
    );
    fc.assert(
      fc.property(shapes, repeated, (shape, text) => {
        const [tool, args] = shape(text);
        expect(steps(tool, args)).toBeLessThanOrEqual(MOST);
      }),
      { numRuns: 200 },
    );
  }, 60_000);
});
