import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { hostname } from 'node:os';
import type { Duplex } from 'node:stream';
import {
  AGENT_SOCKET_PATH,
  ANALYST_SOCKET_PATH,
  type Authenticator,
  type EventSink,
  type EventSource,
  type SnapshotStore,
} from '@haltwire/schemas';
import type { FastifyPluginAsync } from 'fastify';
import { WebSocketServer } from 'ws';
import { AnalystStream } from './analyst/stream.ts';
import { bearerOf } from './api/access.ts';
import { CommandDesk } from './api/command-desk.ts';
import { DecisionLog } from './api/decision-log.ts';
import { apiRoutes } from './api/routes.ts';
import type { Output } from './engine/outputs.ts';
import { Gateway } from './gateway/gateway.ts';
import { type Logger, silentLogger } from './logger.ts';
import { Metrics } from './metrics.ts';
import { PartitionRunner } from './runner/runner.ts';

export interface DetectorOptions {
  readonly source: EventSource;
  readonly sink: EventSink;
  readonly snapshots: SnapshotStore;
  readonly authenticator: Authenticator;
  /** Partition to own. Default 0. */
  readonly partition?: number;
  /** Name in claims; must be unique per process start. Default host, pid and a random id. */
  readonly owner?: string;
  /** Length of a lease, ms: how long plain reads go on deciding locally after the detector falls silent. Default 3000. */
  readonly leaseTtlMs?: number;
  /** How often the keys of open sockets are checked again, ms. Default 5000. */
  readonly checkMs?: number;
  /** Records between snapshots of engine state. Default 2000. */
  readonly snapshotEvery?: number;
  /** Default: says nothing. */
  readonly logger?: Logger;
}

export interface Detector {
  /** Restores, claims and follows the log. Resolves when leases and verdicts are given; rejects when it cannot own the partition. */
  start(): Promise<void>;
  /** Stops in order: sockets, log, last snapshot. */
  stop(): Promise<void>;
  /** The analysts' API, to be registered in a fastify server. */
  readonly routes: FastifyPluginAsync;
  /** Takes an HTTP upgrade of one of the two socket paths; false when the path is not ours. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  /** Owned, up to date, giving leases. */
  readonly live: boolean;
  metrics(): Record<string, number>;
}

/**
 * The detector of one partition: engine, gateway for agents, stream and API for people.
 *
 * @example
 * const detector = createDetector({ source, sink, snapshots, authenticator });
 * await detector.start();
 * await app.register(detector.routes);
 * app.server.on('upgrade', (request, socket, head) => detector.handleUpgrade(request, socket, head) || socket.destroy());
 */
export function createDetector(options: DetectorOptions): Detector {
  const { source, sink, snapshots, authenticator, partition = 0, leaseTtlMs = 3000, snapshotEvery = 2000 } = options;
  const owner = options.owner ?? `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`;
  const checkMs = options.checkMs ?? 5000;
  const logger = options.logger ?? silentLogger;
  const metrics = new Metrics();
  const decisions = new DecisionLog();
  const desk = new CommandDesk(sink);

  const onOutputs = (outputs: readonly Output[]): void => {
    // Agents first: a verdict or a kill never waits for a reader.
    gateway.dispatch(outputs);
    for (const output of outputs) if (output.type === 'decision') decisions.add(output.decision);
    desk.dispatch(outputs);
    stream.dispatch(outputs);
  };
  const onRecovered = (decision: Parameters<DecisionLog['add']>[0]): void => decisions.add(decision);
  const runner = new PartitionRunner({
    source,
    sink,
    snapshots,
    partition,
    owner,
    snapshotEvery,
    metrics,
    logger,
    onOutputs,
    onRecovered,
  });
  const { engine } = runner;
  const stream = new AnalystStream(engine.store, metrics, checkMs);
  const gateway = new Gateway({
    engine,
    isLive: () => runner.live,
    sink,
    metrics,
    logger,
    leaseTtlMs,
    pingMs: 5000,
    checkMs,
  });
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: 64 * 1024 });

  return {
    start: () => runner.start(),
    async stop() {
      gateway.close();
      stream.close();
      await runner.stop();
      sockets.close();
    },
    routes: apiRoutes({ engine, authenticator, sink, desk, decisions, isConnected: (key) => gateway.isConnected(key) }),
    handleUpgrade(request, socket, head) {
      const path = (request.url ?? '').split('?')[0];
      if (path !== AGENT_SOCKET_PATH && path !== ANALYST_SOCKET_PATH) return false;
      const token = bearerOf(request.headers.authorization);
      const principal = token === undefined ? undefined : authenticator.authenticate(token);
      const wanted = path === AGENT_SOCKET_PATH ? 'agent' : 'person';
      if (principal?.kind !== wanted) {
        metrics.add('socketsRefused');
        socket.end(
          `HTTP/1.1 ${principal === undefined ? '401 Unauthorized' : '403 Forbidden'}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
        );
        return true;
      }
      const stillValid = (): boolean => token !== undefined && authenticator.authenticate(token) !== undefined;
      sockets.handleUpgrade(request, socket, head, (webSocket) => {
        if (principal.kind === 'agent') gateway.accept(webSocket, principal, stillValid);
        else stream.accept(webSocket, principal, stillValid);
      });
      return true;
    },
    get live() {
      return runner.live;
    },
    metrics: () => metrics.read(),
  };
}
