import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { folderWith } from '../testing/folder.ts';
import { ambientTargets, resolvers } from './ambient-targets.ts';
import { environmentIn } from './environment-name.ts';
import { cachedFiles } from './files.ts';

test('a file is read again when it changed, and only then', () => {
  const folder = folderWith({ a: 'one' });
  const path = join(folder, 'a');
  utimesSync(path, 1000, 1000);
  const files = cachedFiles();
  expect(files.read(path)).toBe('one');
  writeFileSync(path, 'two');
  utimesSync(path, 1000, 1000);
  // Same size and same time: it was not opened.
  expect(files.read(path)).toBe('one');
  utimesSync(path, 1000, 2000);
  expect(files.read(path)).toBe('two');
  rmSync(path);
  expect(files.read(path)).toBeUndefined();
});

test('what is no plain file of a sensible size is not read', () => {
  const folder = folderWith({ large: 'x'.repeat(256 * 1024 + 1), closed: 'x' });
  mkdirSync(join(folder, 'dir'));
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  chmodSync(join(folder, 'closed'), 0o000);
  const files = cachedFiles();
  for (const name of ['large', 'dir', 'pipe', 'none', 'a\0b']) expect(files.read(join(folder, name))).toBeUndefined();
  expect(() => files.read(join(folder, 'closed'))).not.toThrow();
  expect(files.has(join(folder, 'a\0b'))).toBe(false);
});

test('parents are looked at up to the root of the repository, and none outside of one', () => {
  const folder = folderWith({ 'r/.git/HEAD': '', 'r/a/b/c': '', 'o/a/b': '' });
  const files = cachedFiles();
  expect(files.upwards(join(folder, 'r', 'a', 'b'))).toEqual([
    join(folder, 'r', 'a', 'b'),
    join(folder, 'r', 'a'),
    join(folder, 'r'),
  ]);
  expect(files.upwards(join(folder, 'o', 'a'))).toEqual([join(folder, 'o', 'a')]);
});

test('whatever the files hold, resolving never throws', () => {
  const names = [
    ...['w/.env', 'w/supabase/.temp/project-ref', 'w/.vercel/project.json', 'w/.terraform/terraform.tfstate'],
    ...['w/.git/HEAD', 'w/.git/config', 'h/.kube/config', 'h/.aws/config', 'h/.docker/config.json'],
    ...['h/.azure/azureProfile.json', 'h/.railway/config.json', 'h/.config/gcloud/active_config'],
  ];
  const call =
    'psql $DATABASE_URL; prisma; supabase; vercel; railway; kubectl; terraform; aws; gcloud; az; docker; git';
  const content = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.json(),
    fc.constantFrom(
      '{"subscriptions":[null,1,{}]}',
      'contexts:\n- \nclusters:\n',
      '[',
      '{"backend":{"config":[]}}',
      'ref: refs/heads/',
    ),
  );
  fc.assert(
    fc.property(fc.array(content, { minLength: names.length, maxLength: names.length }), (contents) => {
      const folder = folderWith(Object.fromEntries(names.map((name, at) => [name, contents[at] ?? ''])));
      for (const resolver of resolvers) {
        const resolve = ambientTargets({ home: join(folder, 'h'), resolvers: [resolver] });
        const query = { tool: 'shell', arguments: { command: call }, cwd: join(folder, 'w'), env: {} };
        for (const target of resolve(query)) expect(target.resolver).toBe(resolver.name);
      }
    }),
    { numRuns: 30 },
  );
});

test('a resolver that throws finds nothing, and the others go on', () => {
  const broken = {
    name: 'broken',
    concerns: /x/,
    resolve: () => {
      throw new Error('no');
    },
  };
  const whole = { name: 'whole', concerns: /x/, resolve: () => [{ system: 's', evidence: 'e' }] };
  const resolve = ambientTargets({ resolvers: [broken, whole] });
  expect(resolve({ tool: 'x', arguments: {}, cwd: '/', env: {} })).toEqual([
    { resolver: 'whole', system: 's', evidence: 'e' },
  ]);
});

test.each([
  ['gke_acme_europe-west1_prod-blue', 'production'],
  ['ProductionAdmin', 'production'],
  ['staging.db.acme.io', 'staging'],
  ['qa2', 'test'],
  ['product-catalog', undefined],
  ['non-prod', undefined],
  ['copy-of-prod-for-staging', undefined],
  ['main', undefined],
])('the name %s speaks of %s', (name, environment) => {
  expect(environmentIn(name)).toBe(environment);
});
