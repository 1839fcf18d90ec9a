import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../support/folder.ts';
import { startServerProcess } from '../support/server-process.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const run = promisify(execFile);
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** The first TypeScript block of a README, with a line before and a line after, run as a program of its own. */
async function runSnippet(
  readme: string,
  before: string,
  after: string,
  env: Record<string, string> = {},
): Promise<string> {
  const snippet = /```ts\n([\s\S]*?)```/.exec(read(readme))?.[1];
  if (snippet === undefined) throw new Error(`${readme} shows no TypeScript`);
  // Inside the repository, so that the packages are found as a user's program finds them.
  mkdirSync(join(root, 'test', '.cache'), { recursive: true });
  const folder = mkdtempSync(join(root, 'test', '.cache', 'snippet-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'snippet.ts');
  writeFileSync(file, [before, snippet, after].join('\n'));
  const flags = ['--conditions=@haltwire/source', file];
  const { stdout } = await run(process.execPath, flags, { cwd: temporaryFolder(), env: { ...process.env, ...env } });
  return stdout;
}

describe('what the READMEs show', () => {
  it('the root README: a gated call against a real server', async () => {
    const server = await startServerProcess(join(temporaryFolder(), 'data'));
    onTestFinished(() => server.kill());
    const before = 'const run = async (command: string, _signal: AbortSignal) => "ran " + command;';
    const after = 'console.log(output); await haltwire.close();';
    const env = { HALTWIRE_KEY: server.agentKey ?? '', HALTWIRE_ENDPOINT: server.url };
    expect(await runSnippet('README.md', before, after, env)).toContain('ran git status');
  });

  it("the standalone README: the server in one's own process", async () => {
    expect(await runSnippet('deploy/standalone/README.md', '', '')).toMatch(/http:\/\/127\.0\.0\.1:\d+ hwt_/);
  });

  it("the detector README: the detector in one's own server", async () => {
    const before = `
      import { createDetector } from '@haltwire/detector';
      import fastify from 'fastify';
      import { openLog } from 'haltwire';
      const { source, sink, snapshots, close } = openLog({ path: 'log' });
      const authenticator = { authenticate: () => undefined };
      const app = fastify();`;
    const after = "console.log('live', detector.live); await detector.stop(); await app.close(); await close();";
    expect(await runSnippet('detector/README.md', before, after)).toContain('live true');
  });

  it('the server README: health and metrics in a server of your own', async () => {
    const after =
      'console.log((await fetch(url + "/metrics")).status, logger !== undefined); done += 1; await app.close();';
    expect(await runSnippet('deploy/server/README.md', '', after)).toContain('200 true');
  });

  it('the cluster README: a role in your own process, which answers even while Kafka is away', async () => {
    const env = { HALTWIRE_KAFKA_BROKERS: '127.0.0.1:9', HALTWIRE_LISTEN_PORT: '0' };
    expect(await runSnippet('deploy/cluster/README.md', '', '', env)).toMatch(/http:\/\/127\.0\.0\.1:\d+/);
  });

  it.each([
    'README.md',
    'CONTRIBUTING.md',
    'deploy/standalone/README.md',
    'deploy/server/README.md',
    'deploy/cluster/README.md',
    'sdk/README.md',
  ])('every npm script that %s names exists', (readme) => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const sdk = JSON.parse(read('sdk/package.json')) as { scripts: Record<string, string> };
    const named = [...read(readme).matchAll(/npm (?:run )?(?:-s )?([a-z][\w:-]*)(?: -w (\w+))?/g)];
    const builtIn = new Set(['ci', 'install', 'i', 'pack', 'pkg', 'script', 'yet']);
    const missing = named.filter(
      ([, name = '', workspace]) =>
        !builtIn.has(name) && (workspace === 'sdk' ? sdk : { scripts }).scripts[name] === undefined,
    );
    expect(missing.map(([text]) => text)).toEqual([]);
  });

  it.each([
    'README.md',
    'ARCHITECTURE.md',
    'CONTRIBUTING.md',
    'schemas/README.md',
    'sdk/README.md',
    'collector/README.md',
    'detector/README.md',
    'deploy/standalone/README.md',
    'deploy/server/README.md',
    'deploy/cluster/README.md',
    'deploy/kafka/README.md',
  ])('every file that %s links to exists', (readme) => {
    const links = [...read(readme).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, path = '']) => path);
    for (const path of links) expect(() => readFileSync(join(root, readme, '..', path)), path).not.toThrow(/ENOENT/);
  });
});

it('the packed sdk installs in an empty project, type-checks there, and works', { timeout: 180_000 }, async () => {
  await run('npm', ['run', 'build', '-w', 'sdk'], { cwd: root });
  const { stdout } = await run('npm', ['run', 'check-package', '-w', 'sdk'], { cwd: root });
  expect(stdout).toContain('type-checked with skipLibCheck off, run: ls false HALTWIRE_NO_LEASE');
});
