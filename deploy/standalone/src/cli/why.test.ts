import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CaseView, Decision, HoldView } from '@haltwire/schemas';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { playHonestDay, playIncident } from '../testing/recorded-day.ts';
import { runHaltwire } from '../testing/run-haltwire.ts';
import { approveNext, eventually, shell, startTestServer, type TestServer } from '../testing/test-server.ts';
import type { Explanation } from '../why/explanation.ts';

describe('haltwire why and haltwire cases', () => {
  let folder: string;
  let server: TestServer;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'haltwire-why-'));
    server = await startTestServer(join(folder, 'data'));
    await playHonestDay(server);
    expect(await playIncident(server)).toBe('HaltwireKilledError');
  }, 60_000);
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const decisions = async () =>
    ((await server.api.request('GET', '/v1/decisions?limit=1000')) as { decisions: Decision[] }).decisions;
  async function killed(): Promise<Decision> {
    const found = (await decisions()).find(({ decision }) => decision === 'kill');
    if (found === undefined) throw new Error('nothing was killed');
    return found;
  }
  async function whyJson(id: string): Promise<Explanation> {
    return JSON.parse((await runHaltwire(['why', id, '--json'], server.env)).out);
  }

  test('explains a kill in words: the call, the proofs, what is unusual, what came before, what to do, the tags', async () => {
    const { decisionId } = await killed();
    const { code, out, err } = await runHaltwire(['why', decisionId], server.env);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^KILL {2}critical {2}\d{4}-/);
    const text = out.replace(/\s+/g, ' ');
    for (const part of [
      'my-agent is deleting volume vol_9f.',
      'The call was refused and the session was killed.',
      'What would run shell: curl -X POST https://backboard.railway.com',
      'What is proven credential-not-found: The agent found an unregistered',
      'What points to it irreversible-destruction: This cannot be taken back',
      'What is unusual my-agent has made',
      'never deleted a volume',
      'Nobody declared what it was issued for. It was issued to no agent and no task.',
      'in scripts/domains.sh moments after a refusal',
      'What to do next Check the evidence. Revoke the credential that was used.',
      'The process has acknowledged the kill',
      'Known as ASI03 Identity and Privilege Abuse (OWASP Agentic)',
      'AML.T0055 Unsecured Credentials (MITRE ATLAS)',
    ])
      expect(text).toContain(part);
    expect(out).toMatch(/Before it\n(?: .*\n)* .*alert +shell: grep -rn TOKEN scripts/);
    expect(out).not.toMatch(/[\da-f]{8}-[\da-f]{4}-/);
  });

  test('finds the same by call, case and kill', async () => {
    const { decisionId, callId = '', caseId, killId = '' } = await killed();
    const found = await Promise.all([callId, caseId, killId].map(whyJson));
    expect(found.map((one) => one.decisionId)).toEqual([decisionId, decisionId, decisionId]);
  });

  test('tells from the history where the credential was first seen', async () => {
    const { decisionId } = await killed();
    const explanation = await eventually(async () => {
      const one = await whyJson(decisionId);
      return one.credentials[0]?.firstSeen?.source === undefined ? undefined : one;
    });
    expect(explanation.credentials).toMatchObject([
      { historyKnown: true, usedBefore: 0, firstSeen: { source: 'scripts/domains.sh' } },
    ]);
    const { out } = await runHaltwire(['why', decisionId], server.env);
    expect(out.replace(/\s+/g, ' ')).toMatch(/This session first saw it in scripts\/domains\.sh, \d+ (ms|s) before\./);
  }, 30_000);

  test('names a credential and what it was issued for when the policy does', async () => {
    const { effects, decisionId } = await killed();
    const policy = join(folder, 'policy.yaml');
    const fingerprint = effects.map(({ credentialRef }) => credentialRef).find((ref) => ref?.startsWith('hwf_'));
    writeFileSync(
      policy,
      `version: 1\ncredentials:\n  domains:\n    fingerprint: ${fingerprint}\n    description: domain records\ntasks:\n  dns:\n    credentials: [domains]\n`,
    );
    expect(await runHaltwire(['policy', 'import', policy], server.env)).toMatchObject({ code: 0 });
    const text = await eventually(async () => {
      const { out } = await runHaltwire(['why', decisionId], server.env);
      return out.includes('"domains"') ? out.replace(/\s+/g, ' ') : undefined;
    });
    expect(text).toContain('Credential "domains"');
    expect(text).toContain('It was issued for domain records. It was issued to task dns.');
    expect(text).toContain('The policy was replaced since');
  });

  test('says of an open question how to answer it, and of an answered one who did', async () => {
    const session = server.agent.session({ agent: 'my-agent', sessionId: 'asking' });
    await session.ready();
    const held = shell(session, "psql app -c 'DROP TABLE other'");
    const { holds } = await eventually(async () => {
      const answer = (await server.api.request('GET', '/v1/holds')) as { holds: HoldView[] };
      return answer.holds.length > 0 ? answer : undefined;
    });
    const open = await whyJson(holds[0]?.holdId ?? '');
    expect(open).toMatchObject({ decision: 'hold', next: [expect.stringMatching(/^Approve or deny/)] });
    await approveNext(server);
    await held;
    const answered = await whyJson(open.decisionId);
    expect(answered.next).toEqual([expect.stringMatching(/^The question was answered: .* approved .*it is scratch/)]);
    expect(answered.after).toMatchObject([{ decision: 'allow' }]);
    await session.end();
  });

  test('cases are listed with the gravest first, and shown with all of their decisions', async () => {
    const { out } = await runHaltwire(['cases'], server.env);
    const grades = [...out.matchAll(/^(critical|high|medium|low|info) /gm)].map(([, grade]) => grade);
    expect(grades[0]).toBe('critical');
    expect(grades.length).toBe(3);
    expect(out).toContain('my-agent is deleting volume vol_9f');
    const { cases } = JSON.parse((await runHaltwire(['cases', '--json'], server.env)).out) as { cases: CaseView[] };
    const id = cases[0]?.caseId ?? '';
    const shown = await runHaltwire(['cases', 'show', id], server.env);
    expect(shown.out).toMatch(/^critical {2}case_/);
    expect(shown.out).toContain('What is proven');
    const json = JSON.parse((await runHaltwire(['cases', 'show', id, '--json'], server.env)).out);
    expect(json).toMatchObject({ case: { caseId: id }, gravest: { decision: 'kill' } });
    expect(json.decisions.map(({ decision }: Decision) => decision)).not.toContain('allow');
    const { decisionId } = await killed();
    expect((await runHaltwire(['cases', 'show', decisionId], server.env)).err).toContain('is no case');
  });

  test("an analyst's verdict is recorded with its reason, and shown with the case", async () => {
    const { caseId } = await killed();
    const given = await runHaltwire(['cases', 'verdict', caseId, 'right', '--reason', 'a real one'], server.env);
    expect(given).toEqual({ code: 0, out: `Recorded: ${caseId} is right.\n`, err: '' });
    expect((await runHaltwire(['cases'], server.env)).out).toMatch(/right, says \S+: a real one/);
    const wrong = (...args: string[]) => runHaltwire(['cases', 'verdict', ...args], server.env);
    expect(await wrong(caseId, 'maybe', '--reason', 'x')).toMatchObject({ code: 2 });
    expect((await wrong(caseId, 'right')).err).toContain('--reason is missing');
    expect((await wrong('case_none', 'right', '--reason', 'x')).err).toContain('There is no case case_none');
  });

  test('what nobody knows is said so', async () => {
    const { code, err } = await runHaltwire(['why', 'dec_nothing'], server.env);
    expect(code).toBe(1);
    expect(err).toContain('The server knows of no decision, case, hold, kill or call dec_nothing');
    expect(await runHaltwire(['why'], server.env)).toMatchObject({ code: 2 });
    expect(await runHaltwire(['cases', 'drop', 'x'], server.env)).toMatchObject({ code: 2 });
  });

  test('the history finds a decision by its id, for what the detector no longer remembers', async () => {
    const { decisionId } = await killed();
    const history = await eventually(async () => {
      const answer = (await server.api.request('GET', `/v1/history?id=${decisionId}`)) as { entries: unknown[] };
      return answer.entries.length > 0 ? answer.entries : undefined;
    });
    expect(history).toMatchObject([{ topic: 'agent.decisions', record: { decisionId } }]);
  }, 30_000);
});
