import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { connectAgent } from '../support/agent.ts';
import { temporaryFolder } from '../support/folder.ts';
import { startServerProcess } from '../support/server-process.ts';

it('a harmless-looking command that runs a script which the session wrote before is judged by what the script does', async () => {
  const server = await startServerProcess(join(temporaryFolder(), 'data'));
  onTestFinished(() => server.kill());
  const session = connectAgent(server, server.agentKey ?? '').session({ agent: 'tester', cwd: '/srv/app' });
  await session.ready();
  const ran: string[] = [];
  const held: string[] = [];
  const call = (tool: string, args: object) => {
    const given = new AbortController();
    const onHold = ({ reason }: { reason: string }): void => {
      held.push(reason);
      given.abort();
    };
    return session.tool(tool, args, () => ran.push(tool), { signal: given.signal, onHold });
  };
  await call('write_file', { path: 'tidy.sh', content: 'ls -la' });
  await call('shell', { command: 'sh tidy.sh' });
  await call('write_file', { path: 'tidy.sh', content: "psql prod -c 'DROP DATABASE shop'" });
  expect(held).toEqual([]);
  await call('shell', { command: 'sh tidy.sh' }).catch(() => 'refused');
  expect(held.join()).toContain('database');
  expect(ran).toEqual(['write_file', 'shell', 'write_file']);
});
