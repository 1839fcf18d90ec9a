import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { EVENT, GENAI } from '@haltwire/schemas';
import { expect, test } from 'vitest';
import { allow, ScriptedServer } from './testing/scripted-server.ts';

const example = new URL('../examples/gated-shell.ts', import.meta.url);

function run(
  file: string,
  args: string[],
  env: Record<string, string>,
): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--conditions=@haltwire/source', file, ...args], {
      env: { ...process.env, ...env },
    });
    let output = '';
    child.stdout.on('data', (chunk) => (output += String(chunk)));
    child.stderr.on('data', (chunk) => (output += String(chunk)));
    child.on('close', (code) => resolve({ code, output }));
  });
}

test('the example of the README is the file that is tested', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  expect(readme).toContain(readFileSync(example, 'utf8').trim());
});

test('the example runs unedited: a read, an allowed call, a denied one, and a kill', async () => {
  const server = await ScriptedServer.start();
  server.script.judge = (intent) => {
    const command = String(intent.attributes[GENAI.toolCallArguments]);
    if (command.includes('no-such-file')) return [allow(intent, { decision: 'deny', reason: 'not in the task' })];
    if (command.includes('stop')) return [{ type: 'kill', killId: 'kill_1', reason: 'enough' }];
    return [allow(intent)];
  };
  const commands = ['pwd', 'echo $((40 + 2))', 'rm no-such-file', 'rm stop', 'rm never'];
  const env = { HALTWIRE_KEY: 'agent-key', HALTWIRE_ENDPOINT: server.endpoint };
  const { code, output } = await run(fileURLToPath(example), commands, env);
  await server.close();
  expect(output).toContain('42');
  expect(output).toContain('denied: not in the task');
  expect(output).toContain('killed: enough');
  expect(output).not.toContain('never');
  expect(code).toBe(0);
  expect(server.eventsOf(EVENT.sessionEnded).length).toBe(1);
});

test('a host that forgets to close still ends by itself, and its last events arrive', async () => {
  const server = await ScriptedServer.start();
  const program = `
    import { createHaltwire } from '@haltwire/sdk';
    const session = createHaltwire({ flushIntervalMs: 60000 }).session({ agent: 'forgetful', cwd: '/work' });
    await session.ready();
    await session.tool('shell', { command: 'ls' }, () => 'listing');
  `;
  const env = { HALTWIRE_KEY: 'agent-key', HALTWIRE_ENDPOINT: server.endpoint };
  const args = ['--conditions=@haltwire/source', '--input-type=module', '-e', program];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...env },
    cwd: fileURLToPath(new URL('..', import.meta.url)),
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect(code).toBe(0);
  expect(server.eventsOf(EVENT.result).length).toBe(1);
  await server.close();
});

test('the example without a key says what to do, and shows no stack trace', async () => {
  const { code, output } = await run(fileURLToPath(example), ['ls'], { HALTWIRE_KEY: '' });
  expect(code).toBe(2);
  expect(output).toMatch(/^HALTWIRE_KEY is not set: run the second export line .*\n$/);
});
