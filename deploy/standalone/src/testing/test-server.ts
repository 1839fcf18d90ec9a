import { createHaltwire, type Haltwire, type Session } from '@haltwire/sdk';
import { type ApiClient, createApiClient } from '../cli/api-client.ts';
import { spawnNode } from '../demo/spawn-node.ts';

/** The real server in a process of its own, with its first agent. */
export interface TestServer {
  readonly url: string;
  /** What a person's commands read. */
  readonly env: { readonly HALTWIRE_URL: string; readonly HALTWIRE_TOKEN: string };
  readonly api: ApiClient;
  readonly agent: Haltwire;
  /** Ends agent and server. */
  stop(): Promise<void>;
}

/** Starts a server on a new data folder. */
export async function startTestServer(dataDir: string): Promise<TestServer> {
  const server = spawnNode(new URL('../bin.ts', import.meta.url), ['up', '--data', dataDir, '--port', '0', '--json']);
  const { value } = await server.lines.next();
  const { url, adminToken, agentKey } = value as { url: string; adminToken: string; agentKey: string };
  const agent = createHaltwire({ endpoint: url, key: agentKey, onWarning: () => {} });
  return {
    url,
    env: { HALTWIRE_URL: url, HALTWIRE_TOKEN: adminToken },
    api: createApiClient({ url, token: adminToken }),
    agent,
    async stop() {
      await agent.close();
      await server.stop();
    },
  };
}

/** A shell call through the gate. It runs nothing; its output is given. Answers the output, or how it was refused. */
export async function shell(session: Session, command: string, output = 'done'): Promise<string> {
  try {
    return await session.tool('shell', { command }, () => output);
  } catch (error) {
    return error instanceof Error ? error.name : 'failed';
  }
}

/** Asks until there is an answer. */
export async function eventually<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Approves the next open question, as a person would. */
export async function approveNext(server: TestServer): Promise<string> {
  const hold = await eventually(async () => {
    const { holds } = (await server.api.request('GET', '/v1/holds')) as { holds: { holdId: string }[] };
    return holds[0];
  });
  await server.api.request('POST', `/v1/holds/${hold.holdId}/approve`, { reason: 'it is scratch' });
  return hold.holdId;
}
