import { z } from 'zod';
import type { Assignment, Report } from './agent/protocol.ts';
import { reportSchema } from './agent/protocol.ts';
import { type AccessLogLine, readAccessLog } from './railway/access-log.ts';
import type { ApiToken } from './railway/tokens.ts';
import type { WorldView } from './railway/world.ts';
import { type NodeProcess, spawnNode } from './spawn-node.ts';

async function firstLine<T extends z.ZodType>(process: NodeProcess, schema: T, what: string): Promise<z.infer<T>> {
  const { value, done } = await process.lines.next();
  if (done === true) throw new Error(`${what} ended before it was up (exit ${await process.exited})`);
  return schema.parse(value);
}

/** The hosting API's stand-in, running as its own process. */
export interface RailwayProcess {
  readonly url: string;
  state(): Promise<WorldView>;
  accessLog(): readonly AccessLogLine[];
  stop(): Promise<void>;
}

export async function startRailwayProcess(tokens: readonly ApiToken[], accessLog: string): Promise<RailwayProcess> {
  const process = spawnNode(new URL('./railway/main.ts', import.meta.url));
  process.tell({ tokens, accessLog });
  const { url } = await firstLine(process, z.object({ url: z.string() }), 'the stand-in');
  return {
    url,
    state: async () => (await (await fetch(`${url}/state`)).json()) as WorldView,
    accessLog: () => readAccessLog(accessLog),
    stop: () => process.stop(),
  };
}

/** The real server: one process on a data folder of its own, or the roles of a cluster. */
export interface ServerProcess {
  /** Where people and agents' sockets go. */
  readonly url: string;
  /** Where agents' events go. */
  readonly endpoint: string;
  readonly adminToken: string;
  stop(): Promise<void>;
}

/** What a process of ours says when it is ready. */
export function untilReady<T extends z.ZodType>(process: NodeProcess, schema: T, what: string): Promise<z.infer<T>> {
  return firstLine(process, schema, what);
}

export async function startServerProcess(dataDir: string): Promise<ServerProcess> {
  const process = spawnNode(new URL('../bin.ts', import.meta.url), ['up', '--data', dataDir, '--port', '0', '--json']);
  const up = await firstLine(process, z.object({ url: z.string(), adminToken: z.string() }), 'the server');
  return { ...up, endpoint: up.url, stop: () => process.stop() };
}

/** Runs the agent's process to its end, and returns all that it reported. */
export async function runAgent(
  assignment: Assignment,
  onReport: (report: Report) => void = () => {},
): Promise<Report[]> {
  const process = spawnNode(new URL('./agent/main.ts', import.meta.url));
  process.tell(assignment);
  const reports: Report[] = [];
  for await (const line of process.lines) {
    const report = reportSchema.parse(line);
    reports.push(report);
    onReport(report);
  }
  const code = await process.exited;
  if (!reports.some(({ type }) => type === 'end')) throw new Error(`the agent's process failed (exit ${code})`);
  return reports;
}
