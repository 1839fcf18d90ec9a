import { policySchema } from '@haltwire/schemas';
import { describe, expect, it } from 'vitest';
import { effect } from '../testing/builders.ts';
import { PolicyIndex } from './policy-index.ts';

const policy = policySchema.parse({
  version: 1,
  resources: {
    srv: { match: '/srv', kind: 'directory', environment: 'staging' },
    prod: { match: '/srv/prod/', kind: 'directory', environment: 'production' },
    host: { match: 'db.prod.example', kind: 'database', environment: 'production' },
    staging: { match: 'staging-db', kind: 'database', environment: 'staging' },
  },
  systems: { railway: { hosts: ['Backboard.Railway.app', '[::1]'] } },
});
const index = new PolicyIndex(policy);
const nameOf = (target: object, over: object = {}): string | undefined =>
  index.resource(effect({ target, ...over }))?.name;

describe('a target finds its entry in the registry', () => {
  it.each([
    [{ host: 'db.prod.example' }, 'host'],
    [{ host: 'DB.PROD.example' }, 'host'],
    [{ host: 'db.prod.example.' }, 'host'],
    [{ host: 'db.prod.example:5432' }, 'host'],
    [{ host: 'db.prod.example.:5432' }, 'host'],
    [{ host: 'db.prod.example.evil' }, undefined],
    [{ path: '/srv/x' }, 'srv'],
    [{ path: '/srvx' }, undefined],
    [{ path: '/srv/prod' }, 'prod'],
    [{ path: '/srv/prod/' }, 'prod'],
    [{ path: '/srv/prod/data' }, 'prod'],
    [{ id: '__proto__' }, undefined],
    [{ id: 'constructor' }, undefined],
  ])('%j is %s', (target, name) => {
    expect(nameOf(target)).toBe(name);
  });

  it('takes the gravest of several: a mild name on a grave host is grave', () => {
    expect(nameOf({ id: 'staging-db', host: 'db.prod.example' })).toBe('host');
  });

  it('what destroys a folder destroys what is declared below it', () => {
    const over = { verb: 'delete', destructiveness: 1, scope: 'all' };
    expect(nameOf({ path: '/srv' }, over)).toBe('prod');
    expect(nameOf({ path: '/' }, over)).toBe('prod');
    expect(nameOf({ path: '/srv' })).toBe('srv');
  });

  it('finds the system behind a host in any spelling', () => {
    for (const host of ['backboard.railway.app', 'BACKBOARD.railway.app:443', 'backboard.railway.app.', '[::1]:80'])
      expect(index.system(host)).toBe('railway');
    expect(index.system('::1')).toBeUndefined();
  });
});
