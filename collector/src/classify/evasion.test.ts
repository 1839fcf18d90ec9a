import { createRedactor } from '@haltwire/schemas';
import { describe, expect, it } from 'vitest';
import { impactOf } from './impact.ts';
import { loadClassifier } from './index.ts';

const { classify } = await loadClassifier();
const redactor = createRedactor();

function read(args: unknown, over: { tool?: string; truncated?: boolean } = {}) {
  const { value, secrets } = redactor.value(args);
  return classify({
    phase: 'intent',
    tool: { name: over.tool ?? 'shell' },
    arguments: value,
    cwd: '/home/bot/repo',
    credentials: secrets,
    truncated: over.truncated,
  });
}
/** What the gravest effect weighs; deleting a tree outside of the workspace weighs about 0.7 and more. */
const weight = (args: unknown, over = {}): number => Math.max(...read(args, over).effects.map(impactOf));
const GRAVE = 0.5;
const shell = (command: string): number => weight({ command });

describe('padding does not hide an act', () => {
  it.each([
    ['a text longer than is parsed', `echo ${'a'.repeat(70_000)}; rm -rf /srv`],
    ['more commands than are walked', `${'ls; '.repeat(3000)}rm -rf /srv`],
    ['more effects than are kept', `${'touch a; '.repeat(60)}rm -rf /srv`],
    [
      'shells in shells',
      Array.from({ length: 16 }).reduce<string>((inner) => `eval ${JSON.stringify(inner)}`, 'rm -rf /srv'),
    ],
    ['more files than are looked at', `truncate -s0 ${'build/a '.repeat(500)}/srv/prod.db`],
    ['more words than are read', `rm -rf ${'build/a '.repeat(5000)}/srv`],
    ['more addresses than one', `curl ${'http://a/ '.repeat(300)} -X DELETE https://api.example.com/v1/volumes/1`],
    ['more places than are listed', `find ${'build '.repeat(300)} /srv -delete`],
  ])('%s', (_name, command) => {
    expect(shell(command)).toBeGreaterThanOrEqual(GRAVE);
  });

  it('of SQL statements, of a GraphQL batch, of arguments', () => {
    expect(shell(`psql -c "${'select 1; '.repeat(300)} drop table users"`)).toBeGreaterThanOrEqual(GRAVE);
    const batch = [
      ...Array(60).fill({ query: '{ me { id } }' }),
      { query: 'mutation { volumeDelete(volumeId: "v") }' },
    ];
    expect(shell(`curl https://x.test/graphql -d '${JSON.stringify(batch)}'`)).toBeGreaterThanOrEqual(GRAVE);
    expect(weight('{"command":"echo aaaa', { truncated: true })).toBeGreaterThanOrEqual(GRAVE);
    expect(weight({ paths: [...Array(300).fill('a'), '/srv/x'] }, { tool: 'delete_file' })).toBeGreaterThanOrEqual(
      GRAVE,
    );
  });

  it('and ordinary long scripts stay ordinary', () => {
    expect(shell(`${'mkdir -p build/x; cp a b; '.repeat(40)}`)).toBeLessThan(GRAVE);
    expect(shell(`cat ${'src/a.ts '.repeat(60)}`)).toBeLessThan(GRAVE);
  });
});

describe('each request of one curl is its own', () => {
  it('after --next', () => {
    const command = 'curl -X GET https://a.test/ --next -X DELETE https://api.example.com/v1/volumes/1';
    expect(read({ command }).effects.map(({ verb }) => verb)).toEqual(['read', 'delete']);
  });
});

describe('a program that a call hands to a harmless one', () => {
  it.each([
    'PATH=/tmp/evil:$PATH ls',
    'LD_PRELOAD=/tmp/x.so ls',
    "PAGER='rm -rf /srv' git log",
    'export LD_PRELOAD=/tmp/x.so; ls',
    'PATH=/tmp/evil; ls',
    "git grep -O'touch x' y",
    "git grep --open-files-in-pager='touch x' y",
    "man -P 'touch x' ls",
    "less '+!touch x' y",
    'curl -K config https://a.test/',
    'psql -c "select drop_everything()"',
  ])('%s is not plainly read-only', (command) => {
    const derived = read({ command });
    expect(derived.readOnly).toBe(false);
    expect(derived.effects.some(({ verb }) => verb === 'execute' || verb === 'unknown')).toBe(true);
  });

  it.each(["psql -c '\\! rm -rf /srv'", "at now <<< 'rm -rf /srv'", "GIT_SSH_COMMAND='rm -rf /srv' git fetch"])(
    '%s is read as what it runs',
    (command) => {
      expect(shell(command)).toBeGreaterThanOrEqual(GRAVE);
    },
  );
});

describe('another member beside the command', () => {
  it.each([
    { command: 'ls', cmd: 'rm -rf /srv' },
    { Command: 'rm -rf /srv' },
    { command: 'ls', script: 'rm -rf /srv' },
  ])('%j is read too', (args) => {
    expect(weight(args)).toBeGreaterThanOrEqual(GRAVE);
  });
});
