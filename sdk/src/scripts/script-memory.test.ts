import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ScriptMemory } from './script-memory.ts';
import { writesOf } from './writes.ts';

const CWD = '/srv/app';
const textOf = (args: unknown) => writesOf(args, CWD).map(({ path, text, how }) => [path, text, how]);

describe('what a call writes', () => {
  it.each([
    [{ path: 'go.sh', content: 'ls' }, [['/srv/app/go.sh', 'ls', 'whole']]],
    [{ file_path: '/x/go.sh', content: 'ls' }, [['/x/go.sh', 'ls', 'whole']]],
    [{ command: 'create', path: 'a.py', file_text: 'x' }, [['/srv/app/a.py', 'x', 'whole']]],
    [{ file_path: 'a', old_string: 'x', new_string: 'y' }, [['/srv/app/a', 'y', 'edit']]],
    [{ command: "cat > go.sh <<'EOF'\nls\npwd\nEOF" }, [['/srv/app/go.sh', 'ls\npwd\n', 'whole']]],
    [{ command: 'cat <<EOF >> bin/go\nls\nEOF\nsh bin/go' }, [['/srv/app/bin/go', 'ls\n', 'append']]],
    [{ command: 'tee -a go.sh <<-END >/dev/null\n\tls\n\tEND' }, [['/srv/app/go.sh', '\tls\n', 'append']]],
    [{ command: 'cd bin && cat > go <<E\nls\nE' }, [['/srv/app/bin/go', 'ls\n', 'whole']]],
    [{ command: "echo 'rm -rf x' > go.sh" }, [['/srv/app/go.sh', 'rm -rf x\n', 'whole']]],
    [{ command: "printf 'a\\nb' >> go.sh" }, [['/srv/app/go.sh', 'a\nb\n', 'append']]],
    [{ command: 'ls > out' }, []],
    [{ command: 'cat go.sh' }, []],
    [{ path: 'go.sh' }, []],
    ['cat', []],
    [null, []],
  ])('%j: %j', (args, written) => {
    expect(textOf(args)).toEqual(written);
  });
});

describe('the memory of what a session wrote', () => {
  const named = (memory: ScriptMemory, args: unknown) => memory.namedBy(args).map(({ path, text }) => [path, text]);

  it('knows a file again when a later call names it, and what that names in turn', () => {
    const memory = new ScriptMemory();
    memory.ran({ path: 'bin/outer.sh', content: 'sh inner.sh' }, CWD, true);
    memory.ran({ path: 'inner.sh', content: 'rm -rf x' }, CWD, true);
    memory.ran({ path: 'other.sh', content: 'ls' }, CWD, true);
    expect(named(memory, { command: 'cd bin && ./outer.sh' })).toEqual([
      ['/srv/app/bin/outer.sh', 'sh inner.sh'],
      ['/srv/app/inner.sh', 'rm -rf x'],
    ]);
    expect(named(memory, { command: 'sh router.sh' })).toEqual([]);
    expect(named(memory, { path: 'other.sh', content: 'pwd' })).toEqual([]);
  });

  it('follows edits and additions, and keeps the new part of a file that it never saw', () => {
    const memory = new ScriptMemory();
    memory.ran({ path: 'a.sh', content: 'ls\npwd' }, CWD, true);
    memory.ran({ path: 'a.sh', edits: [{ old_string: 'pwd', new_string: 'rm $&' }] }, CWD, true);
    memory.ran({ command: 'cat >> a.sh <<E\nid\nE' }, CWD, true);
    memory.ran({ path: 'b.sh', old_str: 'x', new_str: 'rm b' }, CWD, true);
    expect(named(memory, { command: 'sh a.sh; sh b.sh' })).toEqual([
      ['/srv/app/a.sh', 'ls\nrm $&id\n'],
      ['/srv/app/b.sh', 'rm b'],
    ]);
  });

  it('does not let a write that failed hide what is there', () => {
    const memory = new ScriptMemory();
    memory.ran({ path: 'a.sh', content: 'rm -rf x' }, CWD, true);
    memory.ran({ path: 'a.sh', content: 'ls' }, CWD, false);
    expect(named(memory, { command: 'sh a.sh' })).toEqual([['/srv/app/a.sh', 'rm -rf x']]);
  });

  it('stays within its bounds and forgets the oldest first', () => {
    const memory = new ScriptMemory();
    for (let at = 0; at < 100; at += 1) memory.ran({ path: `f${at}.sh`, content: 'x'.repeat(60_000) }, CWD, true);
    const all = { command: Array.from({ length: 100 }, (_, at) => `f${at}.sh`).join(' ') };
    expect(memory.namedBy(all).map(({ path }) => path)).toEqual([96, 97, 98, 99].map((at) => `/srv/app/f${at}.sh`));
    memory.ran({ path: 'f99.sh', content: 'x'.repeat(70_000) }, CWD, true);
    expect(memory.namedBy(all)).toHaveLength(3);
    for (let at = 0; at < 100; at += 1) memory.ran({ path: `f${at}.sh`, content: 'x' }, CWD, true);
    expect(memory.namedBy(all)).toHaveLength(64);
  });

  it('takes any arguments', () => {
    fc.assert(
      fc.property(fc.array(fc.anything(), { maxLength: 5 }), (calls) => {
        const memory = new ScriptMemory();
        for (const args of calls) memory.ran(args, CWD, true);
        for (const args of calls) memory.namedBy(args);
      }),
    );
  });
});
