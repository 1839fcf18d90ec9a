/**
 * The agent as a process of its own: takes its assignment as one JSON line on stdin, reports each step as a JSON line on
 * stdout. It has no model: it replays documented moves. Its tool calls are real.
 */
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { createHaltwire } from '@haltwire/sdk';
import { type Assignment, assignmentSchema, type Report } from './protocol.ts';
import { createAct, outcomeOf, passThrough, type ToolGate } from './runner.ts';
import { stories } from './stories.ts';
import { createReadFile, createShell } from './tools.ts';

const report = (line: Report) => process.stdout.write(`${JSON.stringify(line)}\n`);

interface Connection {
  readonly gate: ToolGate;
  close(): Promise<void>;
}

/** All that an agent harness needs to do for Haltwire: open a session, and call tools through it. */
async function connect({ haltwire, repository, sessionId, story }: Assignment): Promise<Connection> {
  if (haltwire === undefined) return { gate: passThrough, close: async () => {} };
  const { apiKey: key, endpoint, gatewayEndpoint = endpoint } = haltwire;
  const client = createHaltwire({ key, endpoint, gatewayEndpoint, gateTimeoutMs: 30_000 });
  const session = client.session({
    agent: { name: haltwire.agentId },
    task: { id: story, ...(haltwire.taskToken === undefined ? {} : { token: haltwire.taskToken }) },
    sessionId,
    cwd: repository,
  });
  await session.ready();
  return { gate: session, close: () => client.close() };
}

const [line] = (await once(createInterface({ input: process.stdin }), 'line')) as [string];
const assignment = assignmentSchema.parse(JSON.parse(line));
const connection = await connect(assignment);
const tools = { shell: createShell(assignment.repository), read_file: createReadFile(assignment.repository) };
const started = performance.now();
const elapsed = () => Math.round(performance.now() - started);
try {
  await stories[assignment.story](createAct(connection.gate, tools, report), assignment);
  report({ type: 'end', outcome: 'finished', reason: '', elapsedMs: elapsed() });
} catch (error) {
  report({ type: 'end', ...outcomeOf(error), elapsedMs: elapsed() });
}
await connection.close();
process.disconnect?.();
process.stdin.destroy();
