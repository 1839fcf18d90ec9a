import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HaltwireDeniedError } from '@haltwire/sdk';
import { ambientTargets } from '@haltwire/sdk/resolve';
import { expect, it, onTestFinished } from 'vitest';
import { connectAgent } from '../support/agent.ts';
import { Api } from '../support/api.ts';
import { temporaryFolder } from '../support/folder.ts';
import { startServerProcess } from '../support/server-process.ts';

it('a command that does not say which database it resets is denied, because the surroundings say that it is another', async () => {
  const folder = temporaryFolder();
  const server = await startServerProcess(join(folder, 'data'));
  onTestFinished(() => server.kill());
  const api = new Api(server.url, server.adminToken ?? '');
  await api.importPolicy({
    version: 1,
    agents: { 'my-agent': { task: 'fix-staging' } },
    tasks: { 'fix-staging': { environment: 'staging' } },
  });
  const cwd = join(folder, 'app');
  mkdirSync(cwd);
  writeFileSync(join(cwd, '.env'), 'DATABASE_URL=postgres://app:s3cret-Pw@db.prod.internal/shop\n');
  const options = { resolveTargets: ambientTargets({ home: folder }) };
  const session = connectAgent(server, server.agentKey ?? '', options).session({ agent: 'tester', cwd, env: {} });
  await session.ready();

  const reset = session.tool('shell', { command: 'npx prisma migrate reset --force' }, () => 'ran');
  const error = await reset.catch((reason: unknown) => reason);
  expect(HaltwireDeniedError.isInstance(error)).toBe(true);
  const [decision] = await api.decisions();
  expect(decision?.invariants).toMatchObject([{ name: 'environment' }]);
  expect(JSON.stringify(decision)).toContain('production');
  expect(JSON.stringify(decision)).not.toContain('s3cret-Pw');

  writeFileSync(join(cwd, '.env'), 'DATABASE_URL=postgres://app:s3cret-Pw@db.staging.internal/shop\n');
  expect(await session.tool('shell', { command: 'npx prisma generate' }, () => 'ran')).toBe('ran');
});
