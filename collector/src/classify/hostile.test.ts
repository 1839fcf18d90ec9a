import { derivedSchema, isReadOnlyCall } from '@haltwire/schemas';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadClassifier } from './index.ts';

const { classify } = await loadClassifier();
const names = fc.constantFrom(
  'bash',
  'execute_sql',
  'graphql',
  'fetch',
  'read_file',
  'run_python',
  'delete_x',
  'x',
  '',
);
const members = ['command', 'query', 'url', 'body', 'path', 'code', 'sql', 'method', 'headers', 'pattern', 'args'];

/** Pieces that mean something to one of the parsers. */
const pieces = fc.constantFrom(
  ...'rm|-rf|/|~|$X|$(|)|`|"|\'|;|&&|\n|<<EOF\n|EOF|{|}|[|]|mutation|volumeDelete(|id:|:|drop table|where|select|--|/*|*/|curl|-d|@|http://|\\|\0|\ud800|é|🙂|for x in|do|done|eval|sh -c|<(|>|>>|<<<|$((|${A:-'.split(
    '|',
  ),
  '|',
  ' ',
);
const mixed = fc.array(fc.oneof({ weight: 8, arbitrary: pieces }, fc.string({ unit: 'binary', maxLength: 4 })), {
  maxLength: 60,
});
const text = mixed.map((parts) => parts.join(''));

function check(name: string, args: unknown) {
  const derived = classify({ phase: 'intent', tool: { name }, arguments: args, cwd: '/srv/app', credentials: [] });
  expect(() => derivedSchema.parse(derived)).not.toThrow();
  expect(derived.effects.length).toBeGreaterThan(0);
  expect(derived.worst).toBeGreaterThanOrEqual(0);
}

describe('hostile input', () => {
  it('never makes it throw, and always gives an effect within the contract', () => {
    fc.assert(
      fc.property(names, fc.constantFrom(...members), fc.oneof(text, fc.anything()), (name, member, value) => {
        check(name, { [member]: value, url: member === 'body' ? 'https://x.example/graphql' : undefined });
      }),
      { numRuns: 3000 },
    );
  });

  it('takes any value as arguments', () => {
    fc.assert(fc.property(names, fc.anything({ withNullPrototype: true, withBigInt: true }), check), { numRuns: 500 });
  });

  it('reads results of any text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 500 }),
        fc.constantFrom('ok' as const, 'error' as const),
        (found, status) => {
          const result = { status, text: found, secretsSeen: [] };
          const derived = classify({
            phase: 'result',
            tool: { name: 'bash' },
            arguments: { command: 'curl https://x.example' },
            credentials: [],
            result,
          });
          expect(() => derivedSchema.parse(derived)).not.toThrow();
        },
      ),
    );
  });

  const size = 65_536;
  const fill = (unit: string) => unit.repeat(Math.floor(size / unit.length));
  it.each([
    ['brackets', fill('(')],
    ['substitutions', fill('$(')],
    ['nested substitutions', `${'$('.repeat(9000)}x${')'.repeat(9000)}`],
    ['backticks', fill('`\\')],
    ['braces', fill('{a,')],
    ['brace lists', `echo ${fill('{a,b}')}`],
    ['pipes', fill('a|')],
    ['literal pipes', `echo a${'|cat'.repeat(16_000)}`],
    ['lists', fill('a;')],
    ['quotes', fill('"\'')],
    ['words', fill('a ')],
    ['options', `rm ${fill('-a ')}`],
    ['variables', `X=${'a '.repeat(2000)}; echo ${'$X '.repeat(18_000)}`],
    ['doubling variables', `X=aaaa;${'X=$X$X$X$X;'.repeat(5000)}echo $X`],
    ['nested shells', `${'bash -c "'.repeat(5000)}`],
    ['nested loops', `${'for i in 1 2 3 4 5 6 7 8;do '.repeat(200)}((1))${';done'.repeat(200)}`],
    ['functions', `f(){ f;f;};g(){ f|f;};${'f;g;'.repeat(5000)}`],
    ['heredocs', 'cat <<A\n'.repeat(8000)],
    ['redirections', `a${'>b'.repeat(30_000)}`],
    ['NUL', fill('\0')],
    ['lone surrogates', fill('\ud800')],
    ['comments', fill('-- \n')],
    ['deletes', fill('delete ')],
    ['slashes', `rm ${fill('/.')}`],
    ['words of secrets', `cat ${fill('secret-')}`],
    ['dashes of keys', `grep ${fill('api_')}`],
    ['graphql braces', fill('{a')],
    ['graphql names', `mutation {${fill(' volumeDelete(')}`],
    ['JSON', `{"query":${fill('[')}`],
    ['URL', `https://${fill('a/')}`],
    ['sed', `sed '${fill(';w ')}'`],
    ['code', `python -c "${fill("os.system('a ")}"`],
  ])('64 KiB of %s are answered within bounds', (_what, hostile) => {
    for (const [name, member] of [
      ['bash', 'command'],
      ['execute_sql', 'query'],
      ['fetch', 'url'],
      ['graphql', 'query'],
      ['read_file', 'path'],
      ['run_python', 'code'],
      ['Grep', 'pattern'],
    ] as const) {
      check(name, { [member]: hostile });
      check(name, { url: 'https://x.example/graphql', method: 'POST', body: hostile });
    }
    check(hostile, hostile);
    expect(isReadOnlyCall({ tool: 'bash', arguments: { command: hostile } })).toBe(false);
    const result = { status: 'error' as const, text: hostile, secretsSeen: [] };
    const derived = classify({
      phase: 'result',
      tool: { name: 'bash' },
      arguments: undefined,
      credentials: [],
      result,
    });
    expect(() => derivedSchema.parse(derived)).not.toThrow();
  });

  it('answers for arguments nested 20,000 deep, and for a loop', () => {
    let deep: unknown = 'x';
    for (let level = 0; level < 20_000; level++) deep = { a: [deep] };
    const loop: Record<string, unknown> = {};
    loop.self = loop;
    for (const name of ['bash', 'x', 'fetch', 'read_file']) {
      check(name, { value: deep });
      check(name, { url: 'https://x.example', body: deep });
      check(name, loop);
      check(name, { url: 'https://x.example', body: loop });
    }
  });
});
