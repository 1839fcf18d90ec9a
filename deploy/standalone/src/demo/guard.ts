import { fingerprintOf } from '@haltwire/schemas';
import { z } from 'zod';
import { type ApiClient, createApiClient } from '../cli/api-client.ts';
import type { Assignment } from './agent/protocol.ts';
import { readDemoPolicy } from './demo-policy.ts';
import type { ServerProcess } from './processes.ts';
import type { DemoTokens } from './stage.ts';
import { recordStream, type StreamRecorder } from './stream-recorder.ts';

/** The real server, set up as an operator would: policy imported, keys made, somebody watching. */
export interface Guard {
  readonly url: string;
  /** What the agent needs to connect. */
  readonly agent: NonNullable<Assignment['haltwire']>;
  readonly asAdmin: ApiClient;
  /** Mira, who answers questions. */
  readonly asResponder: ApiClient;
  readonly stream: StreamRecorder;
  close(): Promise<void>;
}

const AGENT_ID = 'deploy-bot';
const secretSchema = z.object({ secret: z.string() });

/** Sets a running server up for the story. Ends the server when it fails. */
export async function setUpGuard(server: ServerProcess, tokens: DemoTokens, apiUrl: string): Promise<Guard> {
  try {
    const { url } = server;
    const asAdmin = createApiClient({ url, token: server.adminToken });
    const key = process.env.HALTWIRE_FINGERPRINT_KEY || undefined;
    const policy = readDemoPolicy({
      fingerprints: { domains: fingerprintOf(tokens.domains, key), staging: fingerprintOf(tokens.staging, key) },
      apiHost: new URL(apiUrl).host,
    });
    await asAdmin.request('PUT', '/v1/policy', policy);
    const create = async (body: unknown) => secretSchema.parse(await asAdmin.request('POST', '/v1/keys', body)).secret;
    const apiKey = await create({ kind: 'agent', agentId: AGENT_ID });
    const mira = await create({ kind: 'person', name: 'mira', role: 'responder' });
    const stream = await recordStream({ url, token: mira });
    return {
      url,
      agent: { endpoint: server.endpoint, gatewayEndpoint: url, apiKey, agentId: AGENT_ID },
      asAdmin,
      asResponder: createApiClient({ url, token: mira }),
      stream,
      async close() {
        await stream.stop();
        await server.stop();
      },
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}
