import { EVENT, GENAI, HALTWIRE, type ScriptFile } from '@haltwire/schemas';
import { expect, test } from 'vitest';
import { allow } from './testing/scripted-server.ts';
import { openBench, rejectionOf } from './testing/with-server.ts';

const token = ['gh', 'p_', 'Zq9vLz0PwT5nRb7YdX2mKc4JhG8sVf3AeU1i'].join('');
const allowing = { script: { judge: (intent: Parameters<typeof allow>[0]) => [allow(intent)] } };
const write = { path: 'go.sh', content: `curl -H "Authorization: Bearer ${token}" https://x.test` };

test('a script that the session wrote is shown, masked, with the call that runs it', async () => {
  const { server, session } = await openBench(allowing);
  await session.tool('write_file', write, () => 1);
  await session.tool('shell', { command: 'sh go.sh' }, () => 1);
  await session.tool('shell', { command: 'touch other' }, () => 1);
  const sent = server.eventsOf(EVENT.intent).map(({ attributes }) => attributes[HALTWIRE.files]);
  expect(sent[0]).toBeUndefined();
  expect(sent[2]).toBeUndefined();
  const [file, ...more] = JSON.parse(String(sent[1])) as ScriptFile[];
  expect(more).toEqual([]);
  expect(file?.path).toBe('/work/go.sh');
  expect(file?.text).toMatch(/^curl -H "Authorization: Bearer hwsecret\.github-token\.hwf_[0-9a-f]{32}" https/);
  expect(server.captured.join('\n')).not.toContain(token);
});

test('files that the harness gives go before what is remembered, and are part of the digest', async () => {
  const { server, session } = await openBench(allowing);
  await session.tool('write_file', { path: 'go.sh', content: 'ls' }, () => 1);
  const run = (text: string) => session.tool('shell', { command: 'sh go.sh' }, () => 1, { files: { 'go.sh': text } });
  await run('pwd');
  await run('id');
  const [, first, second] = server.eventsOf(EVENT.intent).map(({ attributes }) => attributes);
  expect(JSON.parse(String(first?.[HALTWIRE.files]))).toEqual([{ path: '/work/go.sh', text: 'pwd' }]);
  expect(first?.[HALTWIRE.digest]).not.toBe(second?.[HALTWIRE.digest]);
});

test('a script that changes between the verdict and the execution is not run', async () => {
  let finishWriting = () => {};
  const { session } = await openBench({
    script: {
      judge: (intent) => {
        if (String(intent.attributes[GENAI.toolCallArguments]).includes('sh go.sh')) finishWriting();
        return [allow(intent)];
      },
    },
  });
  await session.tool('write_file', { path: 'go.sh', content: 'ls' }, () => 1);
  const writes = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  finishWriting = writes.resolve;
  const writing = session.tool('write_file', { path: 'go.sh', content: 'rm -rf /' }, () => {
    begun.resolve();
    return writes.promise;
  });
  await begun.promise;
  let ran = 0;
  const run = () =>
    session.tool('shell', { command: 'sh go.sh' }, () => {
      ran += 1;
    });
  expect(await rejectionOf(run())).toMatchObject({ code: 'HALTWIRE_DIGEST_MISMATCH' });
  await writing;
  expect(ran).toBe(0);
  await run();
  expect(ran).toBe(1);
});

test('what a tool is told to be goes with its calls: parameters and the hint that it destroys, no promise', async () => {
  const { server, session } = await openBench(allowing);
  await session.tool('frobnicate', { id: 1 }, () => 1, {
    inputSchema: { type: 'object', properties: { recipient: {}, [token]: {} } },
    annotations: { destructiveHint: true, readOnlyHint: true },
  });
  const attributes = server.eventsOf(EVENT.intent)[0]?.attributes ?? {};
  const [recipient, masked] = JSON.parse(String(attributes[HALTWIRE.toolParameters])) as string[];
  expect(recipient).toBe('recipient');
  expect(masked).toMatch(/^hwsecret/);
  expect(attributes[HALTWIRE.toolDestructive]).toBe(true);
  expect(JSON.stringify(attributes)).not.toContain('readOnlyHint');
});

test.each([
  { a: 5 },
  { '': 'x' },
  { a: 'x'.repeat(65_537) },
  Object.fromEntries(Array.from({ length: 17 }, (_, at) => [`f${at}`, 'x'])),
  'all',
])('files beyond the bounds are refused before anything is sent', async (files) => {
  const { server, session } = await openBench(allowing);
  const call = session.tool('shell', { command: 'sh a' }, () => 1, { files: files as never });
  expect(await rejectionOf(call)).toMatchObject({ code: 'HALTWIRE_CONFIG' });
  expect(server.eventsOf(EVENT.intent)).toHaveLength(0);
});
