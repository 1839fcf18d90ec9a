import type { AddressInfo } from 'node:net';
import { type InputRecord, rootKeyOf, TOPIC } from '@haltwire/schemas';
import { MemoryGroup, MemoryLog } from '@haltwire/schemas/testing';
import fastify from 'fastify';
import { createDetectorReplica, type DetectorReplica, type DetectorReplicaOptions } from '../replica/replica.ts';
import { authenticator, Peer } from './server.ts';

/** One replica on a port of its own. */
export interface TestReplica {
  readonly detector: DetectorReplica;
  /** Takes it out of the group without its knowing: it goes on as if it owned what it owned. */
  freeze(): void;
  request(
    method: 'GET' | 'POST' | 'PUT',
    path: string,
    token: string,
    body?: unknown,
  ): Promise<{ status: number; body: Record<string, unknown> }>;
  /** A socket that has said hello. */
  hello(token: string, sessionId: string): Promise<Peer>;
  connect(token: string, path: string): Promise<Peer>;
  stop(): Promise<void>;
}

/** Several detectors on one log. */
export class TestReplicas {
  readonly log: MemoryLog;
  readonly #group: MemoryGroup;
  readonly #running = new Set<TestReplica>();

  constructor(partitions = 4) {
    this.log = new MemoryLog(partitions);
    this.#group = new MemoryGroup(partitions);
  }

  async start(options: Partial<DetectorReplicaOptions> = {}): Promise<TestReplica> {
    const { log } = this;
    const assignment = this.#group.member();
    const common = { source: log, sink: log, snapshots: log, authenticator, probeMs: 5, leaseTtlMs: 60_000 };
    const detector = createDetectorReplica({ ...common, assignment, ...options });
    await detector.start();
    const app = fastify({ forceCloseConnections: true });
    await app.register(detector.routes);
    app.server.on('upgrade', (request, socket, head) => {
      if (!detector.handleUpgrade(request, socket, head)) socket.destroy();
    });
    await app.listen({ port: 0, host: '127.0.0.1' });
    const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
    const connect = (token: string, path: string) => Peer.open(url.replace('http', 'ws') + path, token);
    const replica: TestReplica = {
      detector,
      freeze: () => assignment.freeze(),
      async request(method, path, token, body) {
        const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
        const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
        const response = await fetch(url + path, init);
        return { status: response.status, body: (await response.json()) as Record<string, unknown> };
      },
      connect,
      async hello(token, sessionId) {
        const peer = await connect(token, '/v1/agent');
        peer.send({ type: 'hello', protocol: 1, sessionId });
        return peer;
      },
      stop: async () => {
        this.#running.delete(replica);
        await detector.stop();
        await app.close();
      },
    };
    this.#running.add(replica);
    return replica;
  }

  /** Appends as a collector does. */
  async write(...records: InputRecord[]): Promise<void> {
    const key = rootKeyOf({ tenantId: 'default', rootAgentId: 'deploy-bot' });
    await this.log.append(
      TOPIC.inputs,
      records.map((record) => ({ key, value: JSON.stringify(record) })),
    );
  }

  /** The partition of everything that `deploy-bot` does. */
  get partition(): number {
    return this.log.partitionOf(rootKeyOf({ tenantId: 'default', rootAgentId: 'deploy-bot' }));
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#running].map((replica) => replica.stop()));
  }
}

/** Asks until the answer is there: the test's own limit is the limit. */
export async function eventually<T>(ask: () => T | undefined | false | Promise<T | undefined | false>): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
