import { defaultPolicy, type Effect } from '@haltwire/schemas';
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

describe('acts that harm without destroying', () => {
  const at = (host: string) => ({ host });
  const http = { system: 'http', target: at('api.example.test.com') };
  const high = (over: Partial<Effect>, more: object = {}) => impactOf(effect(over), facts(more)) >= 0.5;

  it.each<[string, Partial<Effect>]>([
    ['a payment', { verb: 'transfer', resource: 'payment' }],
    ['an order at a shop', { ...http, verb: 'create', resource: 'order' }],
    ['a grant', { verb: 'grant', resource: 'access', system: 'github' }],
    ['a gist', { verb: 'publish', resource: 'gist' }],
    ['mail to many', { verb: 'transfer', resource: 'email', scope: 'many' }],
    ['a file that goes to another host', { verb: 'transfer', resource: 'file', system: 'ssh', target: at('h') }],
    ['a program that was just fetched', { verb: 'execute', resource: 'remote-program', scope: 'unknown' }],
    ['a plan that is not shown', { verb: 'update', resource: 'infrastructure', destructiveness: 0.6 }],
    [
      "one thing in somebody else's system",
      { ...http, verb: 'delete', resource: 'agent', destructiveness: 0.6, reversibility: 'irreversible' },
    ],
    [
      'an outage that can be mended',
      {
        verb: 'delete',
        resource: 'deployment',
        system: 'kubernetes',
        destructiveness: 0.7,
        reversibility: 'recoverable',
      },
    ],
  ])('%s is of high impact', (_what, over) => expect(high(over)).toBe(true));

  it.each<[string, Partial<Effect>]>([
    ['one message', { verb: 'transfer', resource: 'email' }],
    [
      'an order on the own machine',
      { verb: 'create', resource: 'order', system: 'http', target: at('localhost:3000') },
    ],
    ['own code that is pushed', { verb: 'publish', resource: 'commit', system: 'git' }],
    ['permission bits of a file', { verb: 'grant', resource: 'permission', system: 'filesystem' }],
    [
      'a pod that is made again',
      { verb: 'delete', resource: 'pod', system: 'kubernetes', destructiveness: 0.3, reversibility: 'recoverable' },
    ],
  ])('%s is not', (_what, over) => expect(high(over)).toBe(false));

  it('on another host counts only where the call changes something there', () => {
    const host: Partial<Effect> = {
      verb: 'execute',
      resource: 'host',
      system: 'ssh',
      scope: 'unknown',
      destructiveness: 0.3,
    };
    expect(high(host)).toBe(false);
    expect(high(host, { remoteChange: true })).toBe(true);
  });

  it('weighs as the policy says', () => {
    const gist: Partial<Effect> = { verb: 'publish', resource: 'gist' };
    const kinds = { ...defaultPolicy.responses.kinds, publish: 0.1 };
    expect(high(gist, { kinds })).toBe(false);
  });

  it('a file on a local disk is no sandbox, and one on another disk is kept there', () => {
    const files: Partial<Effect> = {
      verb: 'delete',
      resource: 'directory',
      scope: 'many',
      destructiveness: 0.7,
      reversibility: 'irreversible',
    };
    expect(high({ ...files, target: { path: '/a/b' } }, { environment: 'local' })).toBe(true);
    expect(high({ ...files, destructiveness: 0.5, target: { path: '/mnt/media/x' } })).toBe(true);
    expect(high({ ...files, destructiveness: 0.5, target: { path: '/data/x' } })).toBe(false);
  });
});
