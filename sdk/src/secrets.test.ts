import { EVENT, GENAI, HALTWIRE } from '@haltwire/schemas';
import { fingerprintOf } from '@haltwire/schemas/redact';
import { expect, test } from 'vitest';
import { openBench, rejectionOf } from './testing/with-server.ts';

// Built from parts, so that no scanner takes the test for a leak.
const secret = ['ghp', 'Zq8vT2mXb7Lw4Rk9Jd3Np6Hs1Fc5Ya0Ue2Gi'].join('_');
const password = ['s3cr', 'et-Pa', 'ssw0rd-9x'].join('');

function assertUnseen(captured: readonly string[], raw: string): void {
  const everything = captured.join('\n');
  const base64 = Buffer.from(raw).toString('base64').replace(/=+$/, '');
  for (const form of [raw, base64, encodeURIComponent(raw), Buffer.from(raw).toString('hex')]) {
    expect(everything.includes(form)).toBe(false);
  }
}

test('no secret of arguments, results, errors, task, description or environment is ever on the wire', async () => {
  const { server, session } = await openBench({
    session: { task: `deploy with ${secret}`, env: { DEPLOY_PASSWORD: password } },
  });
  const command = `curl -H "Authorization: Bearer ${secret}" https://example.test`;
  const ran = await session.tool('shell', { command }, (args) => args.command, { description: `uses ${secret}` });
  expect(ran).toBe(command);
  await session.tool('shell', { command: 'deploy --password $DEPLOY_PASSWORD' }, () => ({ token: secret }));
  await session.tool('read', { path: 'a' }, () => Buffer.from(`TOKEN=${secret}`));
  await session.tool('read', { path: 'b' }, () => `${'x'.repeat(20_000)} password: "${password}"`);
  const failure = Object.assign(new Error(`no such token ${secret}`), { stderr: `Authorization: Bearer ${secret}` });
  expect(await rejectionOf(session.tool('read', { path: 'c' }, () => Promise.reject(failure)))).toBe(failure);
  await session.end();
  assertUnseen(server.captured, secret);
  assertUnseen(server.captured, password);
});

test('what was masked is named by its fingerprint, in arguments and results', async () => {
  const { server, session } = await openBench({ options: { fingerprintKey: 'of this deployment' } });
  const fingerprint = fingerprintOf(secret, 'of this deployment');
  await session.tool(
    'shell',
    { command: `curl -H "Authorization: Bearer ${secret}" https://example.test` },
    () => 'ok',
  );
  await session.tool('read', { path: 'notes' }, () => `${'x'.repeat(20_000)}\nGITHUB_TOKEN=${secret}\n`);
  await session.end();
  const intent = server.eventsOf(EVENT.intent)[0];
  expect(intent?.attributes[GENAI.toolCallArguments]).toContain(fingerprint);
  expect(intent?.attributes[HALTWIRE.credentials]).toContain(fingerprint);
  // Seen in the whole result, though the text that is sent was cut long before it.
  const result = server.eventsOf(EVENT.result)[1];
  expect(result?.attributes[HALTWIRE.secretsSeen]).toContain(fingerprint);
  expect(result?.attributes[GENAI.toolCallResult]).not.toContain(fingerprint);
  expect(Buffer.byteLength(String(result?.attributes[GENAI.toolCallResult]))).toBe(8192);
});

test('neither an error message nor a warning shows the key or the task token', async () => {
  const token = ['eyJhbGciOiJFZERTQSJ9', 'eyJzdWIiOiJ4In0', 'c2lnbmF0dXJl'].join('.');
  const { server, session, warnings } = await openBench({
    script: { answer: () => ({ status: 400 }) },
    session: { task: { token } },
  });
  const error = await rejectionOf(session.tool('shell', { command: 'rm -rf x' }, () => 1));
  const shown = `${String(error)} ${JSON.stringify(warnings)}`;
  expect(shown).not.toContain('agent-key');
  expect(shown).not.toContain(token);
  expect(server.captured.join('\n')).toContain(token);
});

test('a secret behind a hundred thousand members of a result is seen all the same', async () => {
  const { server, session } = await openBench();
  await session.tool('read', { path: 'notes' }, () => [...Array.from({ length: 120_000 }, () => 0), `TOKEN=${secret}`]);
  await session.end();
  expect(server.eventsOf(EVENT.result)[0]?.attributes[HALTWIRE.secretsSeen]).toContain(fingerprintOf(secret));
});

test('a secret that a result showed is known again, bare, in another session of the process and in base64', async () => {
  // No format of its own: only the place gave it away when it was read.
  const bare = ['k9Qz', 'W2rT', 'x7Lm', 'V4nB', 'p8Yc'].join('');
  const { server, session, haltwire } = await openBench();
  await session.tool('read', { path: 'scripts/domains.sh' }, () => `API_TOKEN=${bare}\n`);
  const other = haltwire.session({ agent: 'tester' });
  await other.ready();
  await other.tool('vault', { a: bare, b: Buffer.from(`user:${bare}`).toString('base64') }, () => 'ok');
  await other.end();
  const intent = server.eventsOf(EVENT.intent).at(-1);
  expect(intent?.attributes[HALTWIRE.credentials]).toContain(fingerprintOf(bare));
  assertUnseen(server.captured, bare);
});
