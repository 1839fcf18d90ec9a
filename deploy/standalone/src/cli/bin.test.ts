import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fingerprintOf } from '@haltwire/schemas';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type NodeProcess, spawnNode } from '../demo/spawn-node.ts';

const bin = fileURLToPath(new URL('../bin.ts', import.meta.url));
const example = fileURLToPath(new URL('../../examples/pocketos.policy.yaml', import.meta.url));

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the command line as its own process, with nothing of our environment that it reads. */
function haltwire(args: readonly string[], env: Record<string, string> = {}, input = ''): Promise<Ran> {
  const { HALTWIRE_URL, HALTWIRE_TOKEN, HALTWIRE_CONFIG, HALTWIRE_FINGERPRINT_KEY, FORCE_COLOR, ...others } =
    process.env;
  const { npm_lifecycle_event, ...rest } = others;
  const child = spawn(process.execPath, ['--conditions=@haltwire/source', bin, ...args], {
    env: { ...rest, NO_COLOR: '1', ...env },
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => {
    out += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    err += String(chunk);
  });
  child.stdin.end(input);
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, out, err })));
}

describe('the command line', () => {
  test('--help lists every command, and each has its own help', async () => {
    const { code, out } = await haltwire(['--help']);
    expect(code).toBe(0);
    const names = [...out.matchAll(/^ {2}([a-z]+) /gm)].map(([, name = '']) => name);
    expect(names).toEqual([
      'up',
      'demo',
      'watch',
      'cases',
      'why',
      'keys',
      'token',
      'policy',
      'replay',
      'explain',
      'fingerprint',
      'topics',
      'collector',
      'detector',
      'archiver',
    ]);
    const helps = await Promise.all(names.map((name) => haltwire([name, '--help'])));
    for (const [place, help] of helps.entries()) {
      expect(help.code).toBe(0);
      expect(help.out).toContain(`Usage: haltwire ${names[place]}`);
    }
  });

  test.each([
    [['fly'], /no command "fly"/],
    [['constructor'], /no command "constructor"/],
    [['up', '--prot', '1'], /--prot.*--port/],
    [['up', '--port', 'high'], /--port high is not a port/],
    [['up', '--durability', 'memory'], /use disk or process/],
    [['keys', 'create', '--person', 'jon'], /--person needs --role/],
    [['keys', 'create', '--person', 'jon', '--role', 'boss'], /--role boss .*viewer, responder or admin/],
    [['keys'], /keys needs a verb: use create/],
    [['policy'], /policy needs a verb: use check, diff, import or suggest/],
    [['explain'], /explain needs one command or JSON call/],
    [['explain', '{"tool": 1}'], /a JSON call looks like/],
    [['keys', 'list'], /HALTWIRE_TOKEN/],
    [['token', '--agent', 'a'], /--task is missing/],
    [['policy', 'check', 'nowhere.yaml'], /nowhere\.yaml cannot be read/],
    [['watch', '--url', 'ftp://x'], /--url ftp:\/\/x is not an address/],
    [['topics'], /topics needs a verb: use ensure/],
    [['topics', 'drop'], /topics drop is not known: use ensure/],
    [['topics', 'ensure'], /kafka\.brokers: .*Or set HALTWIRE_KAFKA_BROKERS/],
    [['topics', 'ensure', '--config', 'nowhere.yaml'], /nowhere\.yaml cannot be read/],
    [['collector'], /kafka\.brokers: .*Or set HALTWIRE_KAFKA_BROKERS/],
    [['collector', 'now'], /collector takes no "now"/],
    [['collector', '--conf', 'x'], /--conf.*--config/],
    [['archiver'], /kafka\.brokers: .*Or set HALTWIRE_KAFKA_BROKERS/],
    [['keys', 'list', '--config', 'nowhere.yaml'], /nowhere\.yaml cannot be read/],
    [['keys', 'list', '--config', 'x.yaml', '--url', 'http://x'], /leave --url and --token-file out/],
  ])('%j is a wrong command line: exit 2, with the cure', async (args, message) => {
    const { code, err, out } = await haltwire(args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(message);
  });

  test('--version prints the version of the package', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    expect(await haltwire(['--version'])).toEqual({ code: 0, out: `${version}\n`, err: '' });
  });

  test('fingerprint reads the secret from stdin, and never from the command line', async () => {
    const secret = ['not', 'a', 'secret'].join('-');
    expect(await haltwire(['fingerprint'], {}, `${secret}\n`)).toMatchObject({
      code: 0,
      out: `${fingerprintOf(secret)}\n`,
    });
    const keyed = await haltwire(['fingerprint', '--key', 'ours'], {}, secret);
    expect(keyed.out).toBe(`${fingerprintOf(secret, 'ours')}\n`);
    const wrong = await haltwire(['fingerprint', secret]);
    expect(wrong.code).toBe(2);
    expect(wrong.err).not.toContain(secret);
  });

  test('policy check accepts the example and says where a wrong file is wrong', async () => {
    expect(await haltwire(['policy', 'check', example])).toMatchObject({ code: 0 });
    const folder = mkdtempSync(join(tmpdir(), 'haltwire-policy-'));
    const file = join(folder, 'wrong.yaml');
    writeFileSync(file, readFileSync(example, 'utf8').replace('backups: self', 'backups: onsite'));
    const { code, err } = await haltwire(['policy', 'check', file]);
    rmSync(folder, { recursive: true, force: true });
    expect(code).toBe(1);
    expect(err).toMatch(/wrong\.yaml:\d+:5 resources\.production-database\.backups: Use one of: self, elsewhere, none/);
  });

  test('a server that is not there is named', async () => {
    const { code, err } = await haltwire(['keys', 'list'], {
      HALTWIRE_URL: 'http://127.0.0.1:9',
      HALTWIRE_TOKEN: 'hwt_x',
    });
    expect(code).toBe(1);
    expect(err).toContain('Nothing answers at http://127.0.0.1:9. Is "haltwire up" running there?');
    const inClone = { HALTWIRE_URL: 'http://127.0.0.1:9', HALTWIRE_TOKEN: 'hwt_x', npm_lifecycle_event: 'haltwire' };
    expect((await haltwire(['keys', 'list'], inClone)).err).toContain('Is "npm run haltwire -- up" running there?');
  });
});

describe('the command line against a server', () => {
  let folder: string;
  let server: NodeProcess;
  let env: Record<string, string>;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'haltwire-bin-'));
    server = spawnNode(new URL('../bin.ts', import.meta.url), ['up', '--data', folder, '--port', '0', '--json']);
    const { value } = await server.lines.next();
    const up = value as { url: string; adminToken: string };
    env = { HALTWIRE_URL: up.url, HALTWIRE_TOKEN: up.adminToken };
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('keys are created, listed and revoked', async () => {
    const created = JSON.parse((await haltwire(['keys', 'create', '--agent', 'deploy-bot', '--json'], env)).out);
    expect(created.secret).toMatch(/^hwk_/);
    const list = await haltwire(['keys', 'list'], env);
    expect(list.out).toContain(created.id);
    expect(list.out).not.toContain(created.secret);
    expect(await haltwire(['keys', 'revoke', created.id], env)).toMatchObject({ code: 0 });
    expect((await haltwire(['keys', 'list'], env)).out).not.toContain(created.id);
  });

  test('a task token is printed alone, so that a script can take it', async () => {
    const { code, out, err } = await haltwire(['token', '--agent', 'deploy-bot', '--task', 'domains'], env);
    expect(code).toBe(0);
    expect(err).toContain('the server\'s policy has no task "domains" (it declares none)');
    expect(out).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
  });

  test('a policy is imported', async () => {
    const { code, out } = await haltwire(['policy', 'import', example], env);
    expect(code).toBe(0);
    expect(out).toContain('3 tasks');
    const token = (task: string) => haltwire(['token', '--agent', 'deploy-bot', '--task', task], env);
    expect((await token('domain-record')).err).toContain('declared: staging-upgrade, domain-records, scratch-cleanup');
    expect((await token('domain-records')).err).toBe('');
  });

  test('a wrong token is told so, and the token is not repeated', async () => {
    const token = ['hwt', 'wrong'].join('_');
    const { code, err } = await haltwire(['keys', 'list'], { ...env, HALTWIRE_TOKEN: token });
    expect(code).toBe(1);
    expect(err).toContain('does not know the token');
    expect(err).not.toContain(token);
  });

  test('watch without a terminal prints plain lines, and ends when it is asked to', async () => {
    const child = spawn(process.execPath, ['--conditions=@haltwire/source', bin, 'watch'], {
      env: { ...process.env, NO_COLOR: '1', ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const line = await new Promise((resolve) => child.stdout.once('data', (chunk) => resolve(String(chunk))));
    expect(line).toMatch(/^connected: 0 live sessions, 0 open questions\n$/);
    child.kill('SIGINT');
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(0);
  });

  test('a second server on the folder exits with 1 and says which folder is taken', async () => {
    const { code, err } = await haltwire(['up', '--data', folder, '--port', '0']);
    expect(code).toBe(1);
    expect(err).toContain(folder);
  });
});
