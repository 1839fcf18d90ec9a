import { describe, expect, it } from 'vitest';
import { effect } from '../../testing/builders.ts';
import { impactOf } from './impact.ts';

const removal = (path: string) =>
  effect({ verb: 'delete', resource: 'file', target: { path }, destructiveness: 1, reversibility: 'irreversible' });
const facts = (over: object = {}) => ({
  environment: undefined,
  cwd: undefined,
  backups: undefined,
  declared: false,
  ...over,
});

describe('the working directory, which the sender names', () => {
  it('makes scratch mild', () => {
    const file = removal('/home/bot/repo/build/a');
    expect(impactOf(file, facts({ cwd: '/home/bot/repo' }))).toBeLessThan(impactOf(file, facts()));
  });

  it.each([
    ['/etc', '/etc/passwd'],
    ['/etc/', '/etc/ssl/key'],
    ['/var/lib/postgresql', '/var/lib/postgresql/data'],
    ['/srv', '/srv/db'],
    ['/', '/x'],
    ['/home', '/home/ada/thesis'],
    ['/home/ada', '/home/ada/thesis'],
    ['/home/ada/', '/home/ada/thesis'],
    ['/root', '/root/x'],
    ['/usr/local', '/usr/local/bin/x'],
  ])("%s is nobody's workspace", (cwd, path) => {
    expect(impactOf(removal(path), facts({ cwd }))).toBe(impactOf(removal(path), facts()));
  });

  it.each(['/home/ada/repo', '/workspace', '/app', '/tmp/x', '/var/folders/a/b', '/Users/ada/src'])(
    '%s may be',
    (cwd) => {
      expect(impactOf(removal(`${cwd}/a`), facts({ cwd }))).toBeLessThan(0.5);
    },
  );

  it('makes nothing mild that the registry names', () => {
    const declared = facts({ cwd: '/srv/repo', environment: 'production', declared: true });
    expect(impactOf(removal('/srv/repo/data.db'), declared)).toBe(1);
  });
});

it('one thing that an operator declared is all of it', () => {
  const file = { ...removal('/data/prod.db'), destructiveness: 0.6 };
  expect(impactOf(file, facts({ environment: 'production', declared: true }))).toBeGreaterThanOrEqual(0.5);
});
