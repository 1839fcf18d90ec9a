import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ID } from '../demo/railway/world.ts';
import { parsePolicy, readPolicy } from './read-policy.ts';

const faultsOf = (text: string) => readPolicy(text).faults;

describe('a policy file', () => {
  test('the example that is shipped is valid and names the ids of the stand-in', () => {
    const text = readFileSync(new URL('../../examples/pocketos.policy.yaml', import.meta.url), 'utf8');
    const policy = parsePolicy(text, 'pocketos.policy.yaml');
    const matches = Object.values(policy.resources).map(({ match }) => match);
    for (const id of [ID.productionVolume, ID.stagingVolume, ID.production, ID.staging, ID.domain]) {
      expect(matches).toContain(id);
    }
    expect(policy.resources['production-database']?.backups).toBe('self');
  });

  test('the one that the README of the detector shows is valid', () => {
    const readme = readFileSync(new URL('../../../../detector/README.md', import.meta.url), 'utf8');
    const shown = /```yaml\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
    expect(parsePolicy(shown, 'README.md').freezes.holidays?.environments).toEqual(['production']);
  });

  test('a wrong value is reported at its line and column, with what would be right', () => {
    expect(
      faultsOf('version: 1\nresources:\n  db:\n    match: vol_1\n    kind: volume\n    backups: onsite\n'),
    ).toEqual([{ line: 6, column: 5, key: 'resources.db.backups', message: 'Use one of: self, elsewhere, none.' }]);
  });

  test('a misspelt key is reported with the one that was meant', () => {
    const [fault] = faultsOf('version: 1\ntasks:\n  staging:\n    enviroment: staging\n');
    expect(fault).toMatchObject({ line: 4, column: 5, key: 'tasks.staging.enviroment' });
    expect(fault?.message).toContain('did you mean "environment"?');
  });

  test('a fingerprint that is none is told how to make one', () => {
    const [fault] = faultsOf('version: 1\ncredentials:\n  a:\n    fingerprint: secret\n');
    expect(fault).toMatchObject({ line: 4, key: 'credentials.a.fingerprint' });
    expect(fault?.message).toContain('haltwire fingerprint');
    expect(fault?.message).not.toContain('secret');
  });

  test('an item of a list is reported where it stands', () => {
    const text = 'version: 1\ntasks:\n  t:\n    operations:\n      - verbs: [delete]\n      - verbs: [erase]\n';
    expect(faultsOf(text)).toMatchObject([{ line: 6, column: 17, key: 'tasks.t.operations.1.verbs.0' }]);
  });

  test('names that are not declared are reported', () => {
    const text = 'version: 1\nagents:\n  bot:\n    task: upgarde\ntasks:\n  upgrade:\n    credentials: [nope]\n';
    expect(faultsOf(text)).toMatchObject([
      { line: 4, key: 'agents.bot.task', message: expect.stringContaining('declared: upgrade') },
      { line: 7, key: 'tasks.upgrade.credentials.0', message: expect.stringContaining('"nope"') },
    ]);
  });

  test('freezes, approvals, roles and rules are read, and their faults say where and what', () => {
    const text = [
      'version: 1',
      'roles:',
      '  coder: { limits: { callsPerMinute: 60 } }',
      'agents:',
      '  bot: { role: coder }',
      'freezes:',
      '  holidays: { from: 2026-12-20T00:00:00Z, until: 2027-01-02T00:00:00+01:00, environments: [prod] }',
      'standingApprovals:',
      '  nightly: { agents: [bot], verbs: [delete], resources: [volume], expires: 2027-01-01T00:00:00Z, reason: agreed }',
      'rules:',
      '  - { agents: [bot], indicators: { runaway: alert } }',
      '',
    ];
    expect(faultsOf(text.join('\n'))).toEqual([]);
    const wrong = (from: string, to: string) => faultsOf(text.join('\n').replace(from, to));
    expect(wrong('2026-12-20T00:00:00Z', '20.12.2026')).toMatchObject([
      { line: 7, key: 'freezes.holidays.from', message: expect.stringContaining('2026-12-24T18:00:00+01:00') },
    ]);
    expect(wrong('2027-01-02T00:00:00+01:00', '2026-01-02T00:00:00Z')).toMatchObject([
      { line: 7, key: 'freezes.holidays.until', message: expect.stringContaining('not after') },
    ]);
    expect(wrong('verbs: [delete], resources: [volume], ', '')).toMatchObject([
      { line: 9, key: 'standingApprovals.nightly', message: expect.stringContaining('at least one') },
    ]);
    expect(wrong('role: coder', 'role: coders')).toMatchObject([{ line: 5, key: 'agents.bot.role' }]);
    expect(wrong('runaway: alert', 'runaway: kill')).toMatchObject([{ line: 11 }]);
  });

  test('a file of the first version means what it meant', () => {
    const { policy } = readPolicy('version: 1\nagents: { bot: { role: anything } }\n');
    expect(policy?.agents.bot).toEqual({ role: 'anything', mode: 'enforce' });
    expect(policy?.responses.kinds.destroy).toBe(1);
  });

  test('what is not YAML, is empty, or has a key twice is reported at its line', () => {
    expect(faultsOf('version: 1\nagents: [')[0]).toMatchObject({ line: 2 });
    expect(faultsOf('')[0]).toMatchObject({ line: 1 });
    expect(faultsOf('version: 1\nagents: {}\nagents: {}\n')[0]).toMatchObject({ line: 3 });
  });

  test('aliases that grow without bound are refused', () => {
    const grow = Array.from({ length: 9 }, (_, n) => `a${n + 1}: &a${n + 1} [${Array(9).fill(`*a${n}`).join(', ')}]`);
    expect(faultsOf(['a0: &a0 [x]', ...grow].join('\n'))[0]?.message).toContain('alias');
  });

  test('all faults are reported at once, one line each', () => {
    const text = 'version: 2\nagents: 7\n';
    expect(() => parsePolicy(text, 'p.yaml')).toThrow(/^p\.yaml:1:1 version: .*\np\.yaml:2:1 agents: /);
  });

  test('any text gives a policy or faults, never an exception', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const { policy, faults } = readPolicy(text);
        expect(policy === undefined).toBe(faults.length > 0);
      }),
    );
  });
});
