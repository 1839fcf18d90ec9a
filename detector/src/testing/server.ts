import type { AddressInfo } from 'node:net';
import {
  type Authenticator,
  type GatewayMessage,
  type InputRecord,
  type Principal,
  rootKeyOf,
  TOPIC,
} from '@haltwire/schemas';
import { MemoryLog } from '@haltwire/schemas/testing';
import fastify from 'fastify';
import { WebSocket } from 'ws';
import { createDetector, type Detector, type DetectorOptions } from '../detector.ts';

/** Tokens of the tests; the names say whose. */
export const TOKENS = {
  agent: 'agent-key',
  other: 'other-key',
  viewer: 'viewer',
  responder: 'responder',
  admin: 'admin',
  stranger: 'stranger-admin',
} as const;

const principals: Record<string, Principal> = {
  'agent-key': { kind: 'agent', keyId: 'k1', tenantId: 'default', agentId: 'deploy-bot' },
  'other-key': { kind: 'agent', keyId: 'k2', tenantId: 'default', agentId: 'other-bot' },
  viewer: { kind: 'person', tokenId: 'v', tenantId: 'default', name: 'vic', role: 'viewer' },
  responder: { kind: 'person', tokenId: 'r', tenantId: 'default', name: 'rita', role: 'responder' },
  admin: { kind: 'person', tokenId: 'a', tenantId: 'default', name: 'ada', role: 'admin' },
  'stranger-admin': { kind: 'person', tokenId: 's', tenantId: 'elsewhere', name: 'stan', role: 'admin' },
};
/** Tokens that a test has taken back. */
export const revoked = new Set<string>();
export const authenticator: Authenticator = {
  authenticate: (token) => (Object.hasOwn(principals, token) && !revoked.has(token) ? principals[token] : undefined),
};

export interface TestServer {
  readonly url: string;
  readonly log: MemoryLog;
  readonly detector: Detector;
  write(...records: InputRecord[]): Promise<void>;
  request(
    method: 'GET' | 'POST' | 'PUT',
    path: string,
    token: string | undefined,
    body?: unknown,
  ): Promise<{ status: number; body: Record<string, unknown> }>;
  connect(token: string, path: string): Promise<Peer>;
  close(): Promise<void>;
}

/** A detector on a port of its own. Give the same log to a second one to restart it. */
export async function startServer(log = new MemoryLog(), options: Partial<DetectorOptions> = {}): Promise<TestServer> {
  const detector = createDetector({ source: log, sink: log, snapshots: log, authenticator, ...options });
  await detector.start();
  const app = fastify();
  await app.register(detector.routes);
  app.server.on('upgrade', (request, socket, head) => {
    if (!detector.handleUpgrade(request, socket, head)) socket.destroy();
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  return {
    url,
    log,
    detector,
    async write(...records) {
      await log.append(
        TOPIC.inputs,
        records.map((record) => ({
          key: rootKeyOf({ tenantId: 'default', rootAgentId: 'deploy-bot' }),
          value: JSON.stringify(record),
        })),
      );
    },
    async request(method, path, token, body) {
      const headers: Record<string, string> = {};
      if (token !== undefined) headers.authorization = `Bearer ${token}`;
      if (body !== undefined) headers['content-type'] = 'application/json';
      const init = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
      const response = await fetch(url + path, init);
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    },
    connect: (token, path) => Peer.open(url.replace('http', 'ws') + path, token),
    async close() {
      await detector.stop();
      await app.close();
    },
  };
}

/** The other end of a socket: keeps what came, and waits for what is to come. */
export class Peer {
  readonly messages: Record<string, unknown>[] = [];
  readonly socket: WebSocket;
  #wake: () => void = () => {};

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data) => {
      this.messages.push(JSON.parse(String(data)) as Record<string, unknown>);
      this.#wake();
    });
  }

  static async open(url: string, token: string): Promise<Peer> {
    const socket = new WebSocket(url, { headers: { authorization: `Bearer ${token}` } });
    const peer = new Peer(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('open', () => resolve());
      socket.once('error', reject);
    });
    return peer;
  }

  send(message: unknown): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** The first message, past or future, of this type that fits. */
  async next(
    type: GatewayMessage['type'] | string,
    fits: (message: Record<string, unknown>) => boolean = () => true,
  ): Promise<Record<string, unknown>> {
    for (;;) {
      const found = this.messages.find((message) => message.type === type && fits(message));
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  close(): void {
    this.socket.terminate();
  }
}
