import { join } from 'node:path';
import { Engine } from '@haltwire/detector';
import { type Decision, inputRecordSchema, type LogEntry, TOPIC } from '@haltwire/schemas';
import { openLog } from 'haltwire';
import { expect, it, onTestFinished, vi } from 'vitest';
import { connectAgent, destroy, RecordingShell, touch } from '../support/agent.ts';
import { Api, eventually } from '../support/api.ts';
import { temporaryFolder } from '../support/folder.ts';
import { readTopic } from '../support/read-topic.ts';
import { startServerProcess } from '../support/server-process.ts';

function replay(entries: readonly LogEntry[]): string[] {
  const engine = new Engine();
  return entries.flatMap((entry) =>
    engine
      .process(entry, inputRecordSchema.parse(JSON.parse(entry.value)))
      .flatMap((output) => (output.type === 'decision' ? [JSON.stringify(output.decision)] : [])),
  );
}

it('a recorded log, replayed without clock and chance, gives byte for byte the decisions that were written', async () => {
  const folder = join(temporaryFolder(), 'data');
  const server = await startServerProcess(folder);
  onTestFinished(() => server.kill());
  const api = new Api(server.url, server.adminToken ?? '');
  const haltwire = connectAgent(server, server.agentKey ?? '');
  const session = haltwire.session({ agent: 'tester', sessionId: 's1' });
  await session.ready();
  const shell = new RecordingShell(session);
  for (let i = 0; i < 5; i += 1) await shell.run(touch(`n${i}`));
  await shell.run({ command: 'ls' });
  const held = shell.run(destroy('scratch'));
  await api.approve((await eventually(async () => (await api.holds())[0])).holdId);
  await held;
  await api.kill('default/my-agent/s1');
  await eventually(async () => (await api.sessions())[0]?.kill?.acknowledged);
  await haltwire.close();
  await server.stop();

  const log = openLog({ path: join(folder, 'log') });
  const inputs = await readTopic(log.source, TOPIC.inputs);
  const written = (await readTopic(log.source, TOPIC.decisions)).map(({ value }) => value);
  await log.close();
  const clock = vi.spyOn(Date, 'now').mockImplementation(() => {
    throw new Error('the engine looked at the clock');
  });
  const chance = vi.spyOn(Math, 'random').mockImplementation(() => {
    throw new Error('the engine rolled a die');
  });
  try {
    expect(replay(inputs)).toEqual(written);
    expect(replay(inputs)).toEqual(replay(inputs));
  } finally {
    clock.mockRestore();
    chance.mockRestore();
  }
  expect(written.map((text) => (JSON.parse(text) as Decision).decision)).toContain('kill');
});
