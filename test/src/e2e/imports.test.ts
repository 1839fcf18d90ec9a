import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../support/folder.ts';

const root = join(import.meta.dirname, '..', '..', '..');

/** What the project's own lint rules say of a file that imports `name`, in a folder of that name. */
function lint(folder: string, name: string): string {
  const project = temporaryFolder();
  copyFileSync(join(root, 'biome.json'), join(project, 'biome.json'));
  mkdirSync(join(project, folder, 'src'), { recursive: true });
  writeFileSync(join(project, folder, 'src', 'probe.ts'), `import { x } from '${name}';\n\nexport const y = x;\n`);
  const biome = join(root, 'node_modules', '.bin', 'biome');
  const { stdout, stderr } = spawnSync(biome, ['lint', '--vcs-enabled=false', '.'], { cwd: project, encoding: 'utf8' });
  return stdout + stderr;
}

it.each([
  ['schemas', '@haltwire/sdk'],
  ['sdk', '@haltwire/collector'],
  ['collector', '@haltwire/detector'],
  ['collector', '@haltwire/sdk'],
  ['detector', '@haltwire/collector'],
  ['detector', 'haltwire'],
  ['detector', '@haltwire/server'],
  ['collector', '@haltwire/kafka'],
  ['deploy/kafka', '@haltwire/server'],
  ['deploy/server', '@haltwire/cluster'],
  ['deploy/server', 'haltwire'],
  ['deploy/cluster', 'haltwire'],
])('imports run one way: the linter refuses that %s imports %s', (folder, name) => {
  expect(lint(folder, name)).toContain('noRestrictedImports');
  if (folder !== 'schemas') expect(lint(folder, '@haltwire/schemas/digest')).not.toContain('noRestrictedImports');
});
