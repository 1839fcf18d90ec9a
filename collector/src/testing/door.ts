import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRedactor, type Principal, type TaskTokenVerifier } from '@haltwire/schemas';
import { MemoryLog } from '@haltwire/schemas/testing';
import fastify from 'fastify';
import { loadClassifier } from '../classify/index.ts';
import { type Collector, type CollectorOptions, createCollector } from '../collector.ts';

/** Keys that the test's front door knows. */
export const agentKey = 'agent-key';
export const otherAgentKey = 'other-agent-key';
export const personToken = 'person-token';
const principals = new Map<string, Principal>([
  [agentKey, { kind: 'agent', keyId: 'k1', tenantId: 'default', agentId: 'deployer' }],
  [otherAgentKey, { kind: 'agent', keyId: 'k2', tenantId: 'default', agentId: 'reader' }],
  [personToken, { kind: 'person', tokenId: 't1', tenantId: 'default', name: 'ann', role: 'admin' }],
]);

/** An answer as it came over the wire. */
export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
  json(): unknown;
}

/** What a test sends; defaults make it a good request. */
export interface Sent {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array | undefined;
}

/** A collector behind a real server on a free port, with a log in memory behind it. */
export interface Door {
  readonly log: MemoryLog;
  readonly collector: Collector;
  readonly url: string;
  send(sent: Sent): Promise<Answer>;
  close(): Promise<void>;
}

/** A task token that holds: `grant:<task>`. */
const taskTokens: TaskTokenVerifier = {
  verify: async (token, agent) =>
    token.startsWith('grant:') ? { tokenId: 'tt1', ...agent, taskId: token.slice('grant:'.length) } : undefined,
};

/** Opens a front door. Close it after use. */
export async function openDoor(options: Partial<CollectorOptions> = {}): Promise<Door> {
  const log = new MemoryLog();
  const collector = createCollector({
    sink: log,
    authenticator: { authenticate: (token) => principals.get(token) },
    taskTokens,
    redactor: createRedactor(),
    classifier: await loadClassifier(),
    ...options,
  });
  const server = fastify();
  await server.register(collector.routes);
  await server.listen({ host: '127.0.0.1', port: 0 });
  const { port } = server.server.address() as AddressInfo;
  return {
    log,
    collector,
    url: `http://127.0.0.1:${port}`,
    send: (sent) => send(port, sent),
    close: () => server.close(),
  };
}

function send(port: number, { path = '/v1/logs', method = 'POST', headers = {}, body }: Sent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const defaults = { authorization: `Bearer ${agentKey}`, 'content-type': 'application/json' };
    const request = http.request({ host: '127.0.0.1', port, path, method, headers: { ...defaults, ...headers } });
    request.once('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('end', () => {
        const bytes = Buffer.concat(chunks);
        const json = (): unknown => JSON.parse(bytes.toString('utf8'));
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: bytes, json });
      });
    });
    request.once('error', reject);
    request.end(body);
  });
}

type Json = string | number | boolean;

/** OTLP/JSON attributes. */
export function attributes(values: Record<string, Json | undefined>): unknown[] {
  return Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ({ key, value: anyValue(value as Json) }));
}

function anyValue(value: Json): unknown {
  if (typeof value === 'string') return { stringValue: value };
  return typeof value === 'boolean' ? { boolValue: value } : { intValue: String(value) };
}

/** A log record of ours, by its event's name. */
export function event(eventName: string, values: Record<string, Json | undefined>): unknown {
  const defaults = {
    'gen_ai.conversation.id': 's1',
    'haltwire.producer': 'p1',
    'haltwire.seq': 0,
  };
  return { eventName, timeUnixNano: '1767225600000000000', attributes: attributes({ ...defaults, ...values }) };
}

/** An intent to run a shell command. */
export function intent(seq: number, values: Record<string, Json | undefined> = {}): unknown {
  return event('haltwire.intent', {
    'haltwire.seq': seq,
    'gen_ai.tool.name': 'shell',
    'gen_ai.tool.call.id': `c${seq}`,
    'gen_ai.tool.call.arguments': JSON.stringify({ command: 'ls' }),
    ...values,
  });
}

/** A logs request in OTLP/JSON. */
export function logsRequest(...records: readonly unknown[]): string {
  return JSON.stringify({ resourceLogs: [{ resource: {}, scopeLogs: [{ logRecords: records }] }] });
}

/** A traces request in OTLP/JSON. */
export function tracesRequest(...spans: readonly unknown[]): string {
  return JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
}
