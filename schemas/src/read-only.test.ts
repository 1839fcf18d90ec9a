import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isReadOnlyCall } from './read-only.ts';

const runs = (command: unknown) => isReadOnlyCall({ tool: 'bash', arguments: { command } });

describe('isReadOnlyCall', () => {
  it.each([
    'ls',
    'ls -la src',
    'pwd',
    'cat src/app.ts README.md',
    'head -n 20 src/app.ts',
    'head -20 src/app.ts',
    'wc -l a.txt',
    'grep -rn "def main" src',
    "grep -n 'a|b' src/x.py",
    'rg -n TODO src',
    'git status',
    'git log --oneline -n 5',
    'git diff --stat HEAD~1'.replace('~1', ''),
    'git branch --list',
    "find . -name '*.ts' -type f",
    'sed -n 10,20p src/app.ts',
    "sed -n '10,20p' src/app.ts",
    'date +%F',
    'which node',
  ])('lets the plain reader through: %s', (command) => {
    expect(runs(command)).toBe(true);
  });

  it.each([
    'ls; rm x',
    'ls && rm x',
    'ls | sh',
    'ls > out',
    'ls < in',
    'ls &',
    'ls\nrm x',
    'ls\trm',
    'cat $(x)',
    'cat `x`',
    'cat $X',
    'cat "$X"',
    'cat ~/x',
    'cat *',
    'cat a?b',
    'cat [ab]',
    'cat {a,b}',
    'cat \\x',
    "l's' a",
    "'ls' a",
    'A=1 ls',
    'cat "a"b',
    'cat "unterminated',
    'cat !$',
    'cat a #b',
    '/bin/ls',
    'LS',
  ])('refuses what is not one plain command: %j', (command) => {
    expect(runs(command)).toBe(false);
  });

  it.each([
    'rm x',
    'touch x',
    'less a',
    'tail -f a.log',
    'tree -o out',
    'file -C -m magic',
    'date -s now',
    'sort -o out in',
    'find . -delete',
    'find . -exec rm x',
    "find . -fprint 'x'",
    'find . -ok rm x',
    'find . -name a -fls out',
    'rg --pre cat x',
    'rg --search-zip x',
    'grep -f patterns x',
    'git -c core.pager=x log',
    'git log --output=x',
    'git diff --ext-diff',
    'git branch new',
    'git branch -D x',
    'git checkout x',
    'git grep x',
    'git remote add x y',
    'git remote --',
    "sed -n '1p;w out' a",
    'sed -i s/a/b/ a',
    'sed -n 1,20p',
    'cat',
    'ps aux',
    'env',
    'printenv',
    'jq . a.json',
    'awk 1 a',
    'hostname x',
    'echo -e x',
  ])('refuses what may write, run, wait or is not known: %s', (command) => {
    expect(runs(command)).toBe(false);
  });

  it.each([
    'cat .env',
    'cat config/.env.production',
    'ls .ssh',
    'cat id_rsa',
    'cat server.pem',
    'cat tls.key',
    'cat kubeconfig',
    'cat .aws/credentials',
    'cat .netrc',
    'cat .npmrc',
    'ls secrets',
    'cat token.txt',
    'cat /proc/self/environ',
    'cat /etc/shadow',
    'grep -rn token src',
    'grep -rni PASSWORD .',
    'grep -rn api_key .',
    'grep -rn "api key" .',
    'rg -n "Authorization: Bearer" .',
    'grep -rn apiToken src',
    'grep -rn AKIA .',
    'grep -rn creds .',
    "find . -name '*.env'",
    "find / -name 'credentials*'",
    'git show HEAD:.env',
    'echo hwsecret.x.hwf_',
  ])('leaves what speaks of secrets to the gate: %s', (command) => {
    expect(runs(command)).toBe(false);
  });

  it('keeps ordinary words that only contain such a word', () => {
    expect(runs('cat src/tokenizer.ts')).toBe(true);
    expect(runs('grep -rn author src')).toBe(true);
  });

  it('refuses a secret-bearing working directory, also in parts', () => {
    const call = { tool: 'bash', arguments: { command: 'cat config' } };
    expect(isReadOnlyCall({ ...call, cwd: '/srv/app' })).toBe(true);
    expect(isReadOnlyCall({ ...call, cwd: '/home/me/.ssh' })).toBe(false);
    expect(isReadOnlyCall({ ...call, arguments: { command: 'cat gh/hosts.yml' }, cwd: '/home/me/.config' })).toBe(
      false,
    );
  });

  it('knows shell tools by exact name and arguments by exact shape', () => {
    const command = 'ls';
    expect(isReadOnlyCall({ tool: 'Bash', arguments: { command, description: 'list', timeout: 5 } })).toBe(true);
    expect(isReadOnlyCall({ tool: 'BASH', arguments: { command } })).toBe(false);
    expect(isReadOnlyCall({ tool: 'mcp__x__bash', arguments: { command } })).toBe(false);
    expect(isReadOnlyCall({ tool: 'bash', arguments: { command, env: { A: 'b' } } })).toBe(false);
    expect(isReadOnlyCall({ tool: 'bash', arguments: { command: [command] } })).toBe(false);
    expect(isReadOnlyCall({ tool: 'bash', arguments: command })).toBe(false);
    expect(isReadOnlyCall({ tool: 'bash', arguments: [command] })).toBe(false);
    expect(isReadOnlyCall({ tool: 'bash', arguments: null })).toBe(false);
    expect(isReadOnlyCall({ tool: 'bash', arguments: { command, timeout: { valueOf: 1 } } })).toBe(false);
  });

  it('trusts a tool that the registry pins, unless its arguments speak of secrets or are too large', () => {
    const pinned = (args: unknown) =>
      isReadOnlyCall({ tool: 'lookup_order', arguments: args, readOnlyTools: ['lookup_order'] });
    expect(pinned({ id: 'o-1' })).toBe(true);
    expect(pinned(undefined)).toBe(true);
    expect(pinned({ path: '/srv/.env' })).toBe(false);
    expect(pinned({ deep: [{ token: 1 }] })).toBe(false);
    expect(pinned({ text: 'a'.repeat(5000) })).toBe(false);
    expect(pinned(Array.from({ length: 1000 }, () => 1))).toBe(false);
    expect(isReadOnlyCall({ tool: 'lookup_order', arguments: { id: 'o-1' }, readOnlyTools: [] })).toBe(false);
  });

  it('answers false, and never throws, on hostile values', () => {
    const loop: Record<string, unknown> = {};
    loop.self = loop;
    expect(isReadOnlyCall({ tool: 't', arguments: loop, readOnlyTools: ['t'] })).toBe(false);
    const trap = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error('trap');
        },
      },
    );
    expect(isReadOnlyCall({ tool: 'bash', arguments: trap })).toBe(false);
    expect(runs(`cat ${'a'.repeat(100_000)}`)).toBe(false);
    fc.assert(
      fc.property(fc.anything(), fc.string({ unit: 'binary' }), (args, command) => {
        expect(typeof isReadOnlyCall({ tool: 'bash', arguments: args })).toBe('boolean');
        expect(typeof runs(command)).toBe('boolean');
      }),
    );
  });

  it('refuses any command that holds a character with a meaning to a shell outside quotes', () => {
    const meaning = fc.constantFrom(...';&|<>$`\\!*?[]{}()~#\n\r\t\0'.split(''));
    fc.assert(
      fc.property(meaning, fc.constantFrom('ls', 'cat a', 'git status'), fc.nat(10), (character, command, at) => {
        const place = Math.min(at, command.length);
        expect(runs(command.slice(0, place) + character + command.slice(place))).toBe(false);
      }),
    );
  });
});
