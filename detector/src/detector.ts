import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { hostname } from 'node:os';
import type { Duplex } from 'node:stream';
import type { Authenticator, Decision, EventSource, OwnerSink, SnapshotStore } from '@haltwire/schemas';
import type { FastifyPluginAsync } from 'fastify';
import { feedOutputs } from './analyst/engine-feed.ts';
import { AnalystStream } from './analyst/stream.ts';
import { CommandDesk } from './api/command-desk.ts';
import { DecisionLog } from './api/decision-log.ts';
import { apiRoutes } from './api/routes.ts';
import { createUpgrades } from './api/upgrade.ts';
import { engineDirectory } from './directory/engine-directory.ts';
import type { Output } from './engine/outputs.ts';
import { Gateway } from './gateway/gateway.ts';
import { LocalLink } from './gateway/local-link.ts';
import { type Logger, silentLogger } from './logger.ts';
import { Metrics } from './metrics.ts';
import { PartitionRunner } from './runner/runner.ts';

export interface DetectorOptions {
  readonly source: EventSource;
  readonly sink: OwnerSink;
  readonly snapshots: SnapshotStore;
  readonly authenticator: Authenticator;
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

/** Decisions of earlier runs that the API shows after a restart. */
const RECENT_DECISIONS = 5000;

/** A name in claims that no other process start has. */
export function ownerName(): string {
  return `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`;
}

/**
 * The detector of a log with one partition: engine, gateway for agents, stream and API for people.
 *
 * @example
 * const detector = createDetector({ source, sink, snapshots, authenticator });
 * await detector.start();
 * await app.register(detector.routes);
 * app.server.on('upgrade', (request, socket, head) => detector.handleUpgrade(request, socket, head) || socket.destroy());
 */
export function createDetector(options: DetectorOptions): Detector {
  const { source, sink, snapshots, authenticator, leaseTtlMs = 3000, snapshotEvery = 2000, checkMs = 5000 } = options;
  const logger = options.logger ?? silentLogger;
  const metrics = new Metrics();
  const decisions = new DecisionLog();
  const desk = new CommandDesk(sink);

  const onOutputs = (outputs: readonly Output[]): void => {
    // Agents first: a verdict or a kill never waits for a reader.
    link?.dispatch(outputs);
    for (const output of outputs) if (output.type === 'decision') decisions.add(output.decision);
    desk.dispatch(outputs);
    feedOutputs(stream, directory, outputs);
  };
  const runner = new PartitionRunner({
    source,
    sink,
    snapshots,
    partition: 0,
    owner: options.owner ?? ownerName(),
    snapshotEvery,
    recentDecisions: RECENT_DECISIONS,
    metrics,
    logger,
    onOutputs,
    onRecovered: (decision: Decision) => decisions.add(decision),
  });
  const { engine } = runner;
  const directory = engineDirectory(engine.store);
  const stream = new AnalystStream(directory, metrics, checkMs);
  let link: LocalLink | undefined;
  const gateway = new Gateway({
    link: (deliver) => {
      link = new LocalLink({ engine, isLive: () => runner.live, sink, logger, leaseTtlMs, deliver });
      return link;
    },
    metrics,
    pingMs: 5000,
    checkMs,
  });
  const upgrades = createUpgrades({ authenticator, gateway, stream, metrics });

  return {
    start: () => runner.start(),
    async stop() {
      gateway.close();
      stream.close();
      await runner.stop();
      upgrades.close();
    },
    routes: apiRoutes({
      directory,
      tenantOf: (tenantId) => engine.store.tenants.get(tenantId),
      authenticator,
      sink,
      partitions: async () => [0],
      desk,
      decisions,
      isConnected: (key) => gateway.isConnected(key),
    }),
    handleUpgrade: upgrades.handle,
    get live() {
      return runner.live;
    },
    metrics: () => metrics.read(),
  };
}
