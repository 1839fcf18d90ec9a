import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fingerprintOf } from '@haltwire/schemas';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parsePolicy } from '../policy/read-policy.ts';
import { playHonestDay, playIncident } from '../testing/recorded-day.ts';
import { runHaltwire } from '../testing/run-haltwire.ts';
import { shell, startTestServer, type TestServer } from '../testing/test-server.ts';

const example = fileURLToPath(new URL('../../examples/pocketos.policy.yaml', import.meta.url));
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'haltwire-policy-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function policyFile(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe('haltwire policy suggest', () => {
  const token = ['tok', randomUUID()].join('_');
  let data: string;

  /** Deploys through an API with a token of its own. */
  async function deploy(server: TestServer, sessionId: string): Promise<void> {
    const session = server.agent.session({ agent: 'my-agent', sessionId });
    await session.ready();
    for (const name of ['web', 'jobs']) {
      const done = await shell(
        session,
        `curl -X POST https://api.deploys.example.com/v1/deployments -H 'Authorization: Bearer ${token}' -d '{"service": "${name}"}'`,
        '{"id": "dep_1"}',
      );
      expect(done).toBe('{"id": "dep_1"}');
      await shell(session, `touch ${name}.log`);
    }
    await session.end();
  }

  beforeAll(async () => {
    data = join(folder, 'data');
    const server = await startTestServer(data);
    for (const sessionId of ['one', 'two', 'three']) await deploy(server, sessionId);
    await playHonestDay(server);
    await playIncident(server);
    await server.stop();
  }, 60_000);

  const suggest = (...args: string[]) => runHaltwire(['policy', 'suggest', '--data', data, ...args]);

  test('what it prints is accepted by check, and stops nothing honest in that history that was let pass', async () => {
    const { code, out, err } = await suggest('--min-calls', '4');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const file = policyFile('suggested.yaml', out);
    expect(await runHaltwire(['policy', 'check', file])).toMatchObject({ code: 0 });
    const replayed = JSON.parse((await runHaltwire(['replay', '--data', data, '--policy', file, '--json'])).out);
    const stopped = replayed.differences.filter(
      (one: { sessionKey: string; was: { decision: string }; wouldBe: { decision: string } }) =>
        one.sessionKey !== 'default/my-agent/incident' &&
        ['allow', 'alert'].includes(one.was.decision) &&
        !['allow', 'alert'].includes(one.wouldBe.decision),
    );
    expect(stopped).toEqual([]);
    expect(replayed.wouldBe.sessionsKilled).toBe(1);
  });

  test('proposes agent, task, credential with what it was used for, and hosts, each with its evidence', async () => {
    const { out } = await suggest('--min-calls', '4');
    const policy = parsePolicy(out, 'suggested.yaml');
    const [[name = '', credential] = []] = Object.entries(policy.credentials);
    expect(credential?.fingerprint).toBe(fingerprintOf(token));
    expect(credential?.purposes).toMatchObject([{ systems: ['api.deploys.example.com'] }]);
    expect(policy.agents['my-agent']?.task).toBe('my-agent-work');
    expect(policy.tasks['my-agent-work']?.credentials).toEqual([name]);
    expect(policy.tasks['my-agent-work']?.operations).toContainEqual({
      systems: ['api.deploys.example.com'],
      resources: ['deployment'],
      verbs: ['create'],
    });
    expect(policy.systems['api.deploys.example.com']?.hosts).toEqual(['api.deploys.example.com']);
    expect(out).toMatch(
      /# 6 calls in 3 sessions, \d{4}-\d\d-\d\d \d\d:\d\d to .* UTC; name it, and say what it was issued for\n {2}\S+:\n {4}fingerprint:/,
    );
    expect(out).not.toContain(token);
  });

  test('takes nothing from what was held, killed or alarming', async () => {
    const { out } = await suggest('--min-calls', '1', '--min-sessions', '1');
    expect(out).toContain('Sessions in which something was denied, killed or violated count for nothing: 1.');
    for (const trace of ['vol_9f', 'volume', 'railway', 'scratch', 'table']) expect(out).not.toContain(trace);
  });

  test('closes no list where too little was seen, and says so', async () => {
    const { out } = await suggest('--min-sessions', '50');
    const policy = parsePolicy(out, 'suggested.yaml');
    expect(policy.tasks).toEqual({});
    expect(Object.values(policy.credentials)[0]?.purposes).toBeUndefined();
    expect(out).toMatch(
      /# +tasks\.my-agent-work\.operations: only \d+ calls in 4 sessions: too few to refuse everything else/,
    );
  });

  test('wrong numbers are named', async () => {
    expect(await suggest('--min-calls', 'few')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--min-calls few'),
    });
    expect((await runHaltwire(['policy', 'suggest'])).err).toContain('one of --data, --kafka');
  });
});

describe('haltwire policy check', () => {
  const odd = `version: 1
agents:
  bot:
    task: dns
tasks:
  dns:
    environment: prodution
  spare: {}
credentials:
  dns-token:
    fingerprint: hwf_d0000000000000000000000000000001
resources:
  zone:
    match: example.com
    kind: domain
  database:
    match: vol_1
    kind: volume
    environment: production
`;

  test('warns, with line and key, of what is valid and yet probably not meant', async () => {
    const file = policyFile('odd.yaml', odd);
    const { code, out, err } = await runHaltwire(['policy', 'check', file]);
    expect(code).toBe(0);
    expect(out).toContain('is valid: 1 agents, 2 tasks, 1 credentials, 2 resources. 6 warnings.');
    expect(
      err
        .trim()
        .split('\n')
        .map((line) => line.replace(/^warning: .*odd\.yaml:/, '')),
    ).toEqual([
      '7:5 tasks.dns.environment: Nothing else names the environment "prodution". Did you mean "production"?',
      '8:3 tasks.spare: No agent has the task "spare": it counts only for sessions that bring a task token.',
      '10:3 credentials.dns-token: Nothing else names the credential "dns-token": give it to the agents or tasks that it was issued to.',
      '10:3 credentials.dns-token: "dns-token" has no purposes: it may be used for anything. Say what it was issued for.',
      '13:3 resources.zone: "zone" has no environment: no task can be kept off it by its environment.',
      '19:5 resources.database.environment: Nothing else names the environment "production". Did you mean "prodution"?',
    ]);
    expect(await runHaltwire(['policy', 'check', file, '--strict'])).toMatchObject({ code: 1 });
  });

  test('takes a folder, and tells of every file in it', async () => {
    const many = join(folder, 'many');
    mkdirSync(many);
    writeFileSync(join(many, 'a.yaml'), odd);
    writeFileSync(join(many, 'b.yml'), 'version: 1\nagents:\n  bot:\n    task: nope\n');
    writeFileSync(join(many, 'notes.txt'), 'not a policy');
    const { code, out, err } = await runHaltwire(['policy', 'check', many]);
    expect(code).toBe(1);
    expect(out).toMatch(/a\.yaml is valid/);
    expect(err).toMatch(/b\.yml:4:5 agents\.bot\.task: There is no task "nope"/);
    const json = JSON.parse((await runHaltwire(['policy', 'check', many, '--json'])).out);
    expect(json.files).toMatchObject([
      { valid: true, faults: [], warnings: { length: 6 } },
      { valid: false, faults: [{ line: 4, key: 'agents.bot.task' }] },
    ]);
    expect((await runHaltwire(['policy', 'check', join(folder)])).code).not.toBe(2);
  });
});

describe('haltwire policy diff', () => {
  test('says in words what changes', async () => {
    const before = policyFile(
      'before.yaml',
      'version: 1\nagents:\n  bot:\n    task: dns\n  old: {}\ntasks:\n  dns:\n    environment: staging\n    operations:\n      - resources: [domain]\n        verbs: [update]\n',
    );
    const after = policyFile(
      'after.yaml',
      'version: 1\nagents:\n  bot:\n    task: dns\n    mode: observe\n  new:\n    mode: observe\ntasks:\n  dns:\n    environment: production\n    operations:\n      - resources: [domain]\n        verbs: [update, delete]\nresponses:\n  highImpact: 0.7\n',
    );
    const { code, out } = await runHaltwire(['policy', 'diff', before, after]);
    expect(code).toBe(0);
    expect(out.trim().split('\n')).toEqual([
      '~ agent bot: mode: enforce → observe',
      '+ new agent new: mode observe',
      '- no agent old any more',
      '~ task dns: environment: staging → production',
      '~ task dns: operations: now also update/delete domain, no longer update domain',
      '~ responses: highImpact: 0.5 → 0.7',
    ]);
    expect((await runHaltwire(['policy', 'diff', before, before])).out).toBe('Both say the same.\n');
    const json = JSON.parse((await runHaltwire(['policy', 'diff', before, after, '--json'])).out);
    expect(json.changes).toContainEqual({ path: 'agents.old', change: 'removed', words: 'no agent old any more' });
    expect((await runHaltwire(['policy', 'diff', example])).err).toContain('policy diff needs two files');
  });
});
