import { isReadOnlyCall } from '@haltwire/schemas';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadClassifier } from './index.ts';

const { classify } = await loadClassifier();

const programs =
  'ls cat head tail wc pwd echo grep egrep fgrep rg git find sed which date stat du df file tree uname whoami basename dirname realpath readlink rm sh bash env sort awk less xargs sudo curl alias hash read printf source eval trash git.exe python3 watch'.split(
    ' ',
  );
const words = fc.constantFrom(
  ...'. .. / a b.ts src/app.ts -l -la -rn -n -i -e -f -o -c -C -S -G -s -x -exec -delete -ok -name -type -print -newer -fls -path f 10 5 20 -5 -- - --stat --output --output=x --ext-diff --pre --include=*.ts --color --list --all status log diff show branch blame remote rev-parse grep TODO token SECRET password api_key main HEAD HEAD:.env .env .ssh id_rsa /etc/hosts /proc/1/environ +%F -u 1,20p 1,20p;w s/a/b/ ~ $HOME * {a,b} A=1 creds auth.json tokenizer.ts author -A3 -m1 -L2 -I -maxdepth 3 --help --version --dry-run -empty -nouser -execdir ; {} + /dev/fd/3 /dev/stdin a.sh ./a.sh delete remove reset prune destroy --delete --purge /etc /tmp/x'.split(
    ' ',
  ),
);
const quoted = fc.tuple(words, fc.constantFrom('"', "'", '')).map(([word, quote]) => `${quote}${word}${quote}`);
const separators = fc.oneof(
  { weight: 30, arbitrary: fc.constant(' ') },
  fc.constantFrom(
    '  ',
    ';',
    '|',
    '&&',
    '\n',
    '>',
    '<',
    '\t',
    '&',
    ' $(',
    ')',
    '`',
    '\\',
    '#',
    ' ! ',
    '=',
    '"',
    "'",
    '\0',
    '\u00a0',
  ),
);
/** A program and words, joined mostly by spaces, now and then by something tricky. */
const commands = fc
  .tuple(
    fc.constantFrom(...programs),
    fc.array(fc.tuple(separators, fc.oneof({ weight: 10, arbitrary: quoted }, fc.string({ maxLength: 5 }))), {
      maxLength: 7,
    }),
  )
  .map(([program, rest]) => program + rest.map(([separator, word]) => separator + word).join(''));

/** Only spaces and well-formed words: most of these reach the allow-list's own rules. */
const plain = fc
  .tuple(fc.constantFrom(...programs), fc.array(quoted, { maxLength: 6 }))
  .map(([program, rest]) => [program, ...rest].join(' '));

describe('the fast path', () => {
  it.each([
    ['tricky', commands],
    ['plain', plain],
  ])('lets nothing through that the classifier would judge: %s commands', (_kind, arbitrary) => {
    let passed = 0;
    fc.assert(
      fc.property(arbitrary, fc.constantFrom(undefined, '/srv/app', '/', '/home/me'), (command, cwd) => {
        const call = { tool: 'bash', arguments: { command } };
        if (!isReadOnlyCall({ ...call, cwd })) return;
        passed++;
        const derived = classify({
          phase: 'intent',
          tool: { name: call.tool },
          arguments: call.arguments,
          cwd,
          credentials: [],
        });
        expect([command, derived.readOnly, derived.secretHunt, derived.opaque]).toEqual([
          command,
          true,
          undefined,
          undefined,
        ]);
      }),
      { numRuns: 20_000 },
    );
    // The property says something only when enough commands pass.
    expect(passed).toBeGreaterThan(200);
  });
});
