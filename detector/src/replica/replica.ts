import {
  type Authenticator,
  type EventSource,
  HaltwireError,
  type LogEntry,
  type OwnerMessage,
  type OwnerSink,
  ownerMessageSchema,
  type PartitionAssignment,
  type SnapshotStore,
  TOPIC,
} from '@haltwire/schemas';
import { AnalystStream } from '../analyst/stream.ts';
import { TopicFeed } from '../analyst/topic-feed.ts';
import { CommandDesk } from '../api/command-desk.ts';
import { DecisionLog } from '../api/decision-log.ts';
import { apiRoutes } from '../api/routes.ts';
import { createUpgrades, refuseUpgrade } from '../api/upgrade.ts';
import { type Detector, ownerName } from '../detector.ts';
import { followTopic, untilDone } from '../directory/follow-topic.ts';
import { TopicDirectory } from '../directory/topic-directory.ts';
import { Gateway } from '../gateway/gateway.ts';
import { LogLink } from '../gateway/log-link.ts';
import { type Logger, silentLogger } from '../logger.ts';
import { Metrics } from '../metrics.ts';
import { EVERY_GATEWAY, newGatewayId, partitionOfGateway } from './gateway-id.ts';
import { OwnedPartitions } from './owned-partitions.ts';
import { OwnerRouter } from './owner-router.ts';

export interface DetectorReplicaOptions {
  readonly source: EventSource;
  readonly sink: OwnerSink;
  readonly snapshots: SnapshotStore;
  /** Which partitions this replica works on. */
  readonly assignment: PartitionAssignment;
  readonly authenticator: Authenticator;
  /** Length of a lease, ms: how long plain reads go on deciding locally after the owner of a session falls silent. Default 3000. */
  readonly leaseTtlMs?: number | undefined;
  /** How often owners are asked whether they are there, ms. Default 500. */
  readonly probeMs?: number | undefined;
  /** How often the keys of open sockets are checked again, ms. Default 5000. */
  readonly checkMs?: number | undefined;
  /** Records of a partition between snapshots of engine state. Default 2000. */
  readonly snapshotEvery?: number | undefined;
  /** Default: says nothing. */
  readonly logger?: Logger | undefined;
}

/** A detector that shares the log's partitions with others. `live`: sockets are taken, and every assigned partition is followed. */
export interface DetectorReplica extends Detector {
  /** Sockets are taken: every standing kill is known here. */
  readonly ready: boolean;
  readonly partitions: { readonly assigned: readonly number[]; readonly live: readonly number[] };
}

/**
 * One of several detectors of the same log: judges the partitions that it is given, and speaks to any agent and any person,
 * whoever judges their sessions.
 *
 * `start` waits for the log however long that takes, and resolves when the first assignment is known; partitions are taken
 * over in the background.
 *
 * @example
 * const detector = createDetectorReplica({ source, sink, snapshots, assignment, authenticator });
 * await detector.start();
 * await app.register(detector.routes);
 */
export function createDetectorReplica(options: DetectorReplicaOptions): DetectorReplica {
  const { source, sink, snapshots, assignment, authenticator } = options;
  const { leaseTtlMs = 3000, probeMs = 500, checkMs = 5000, snapshotEvery = 2000, logger = silentLogger } = options;
  const metrics = new Metrics();
  const decisions = new DecisionLog();
  const end = new AbortController();
  const joining = new AbortController();
  let parts: ReturnType<typeof assemble> | undefined;

  function assemble(count: number) {
    const gatewayId = newGatewayId(count);
    const desk = new CommandDesk(sink, gatewayId);
    const directory = new TopicDirectory({
      source,
      logger,
      signal: end.signal,
      onChange: (record, before) => {
        // People may be told a moment later than the process.
        link?.onRecord(record);
        feed.onSession(record, before);
      },
    });
    const stream = new AnalystStream(directory, metrics, checkMs);
    const feed = new TopicFeed({
      source,
      stream,
      logger,
      signal: end.signal,
      onDecision: (decision) => decisions.add(decision),
    });
    const receive = (message: OwnerMessage): void => {
      if (message.type === 'command') desk.answer(message);
      else link?.receive(message);
    };
    const router = new OwnerRouter({ gateway: gatewayId, sink, receive, metrics, logger });
    const owned = new OwnedPartitions({
      source,
      sink,
      snapshots,
      ownerName,
      shares: count,
      snapshotEvery,
      metrics,
      logger,
      onOutputs: (outputs, engine, partition) => router.dispatch(outputs, engine, partition),
      onSnapshot: (position) => assignment.commit(position.partition, position),
    });
    let link: LogLink | undefined;
    const gateway = new Gateway({
      link: (deliver, leasable) => {
        const recordOf = (key: string) => directory.get(key);
        const common = { sink, metrics, logger, leaseTtlMs, probeMs };
        link = new LogLink({ ...common, gateway: gatewayId, recordOf, deliver, leasable });
        return link;
      },
      metrics,
      pingMs: 5000,
      checkMs,
    });
    const upgrades = createUpgrades({ authenticator, gateway, stream, metrics });
    const listen = () =>
      followTopic({
        source,
        topic: TOPIC.verdicts,
        from: 'end',
        partitions: [partitionOfGateway(gatewayId) ?? 0],
        logger,
        signal: end.signal,
        onEntries: (entries) => {
          for (const entry of entries) {
            if (entry.key === gatewayId || entry.key === EVERY_GATEWAY) receiveEntry(entry, receive, logger);
          }
        },
        onMissed: () => link?.attachAll(),
      });
    return {
      desk,
      directory,
      stream,
      feed,
      router,
      owned,
      gateway,
      upgrades,
      listen,
      closeLink: () => link?.close(),
      silentPartitions: () => link?.silentPartitions ?? 0,
    };
  }

  /** Parts exist once the log has told how many partitions there are. */
  function needed() {
    if (parts !== undefined && ready) return parts;
    throw new HaltwireError('HALTWIRE_UNAVAILABLE', 'the detector is still reading the log; try again');
  }

  let ready = false;
  return {
    async start() {
      const persist = <T>(action: () => Promise<T>) =>
        untilDone({ topic: TOPIC.inputs, logger, signal: joining.signal }, action);
      const count = (await persist(() => source.partitions(TOPIC.inputs))).length;
      parts = assemble(count);
      const { directory, feed, listen, owned } = parts;
      // Every standing kill is known, and answers can be heard, before the first socket is taken.
      await Promise.all([directory.start(), feed.start(), listen()]);
      ready = true;
      await persist(() =>
        assignment.join((partitions) => {
          if (!end.signal.aborted && ready) owned.assign(partitions);
        }),
      );
    },
    async stop() {
      ready = false;
      joining.abort();
      if (parts === undefined) {
        end.abort();
        return;
      }
      const { gateway, stream, owned, router, upgrades, closeLink } = parts;
      gateway.close();
      stream.close();
      // Saved first, so that whoever comes next starts from there; then the others are told.
      await owned.stop();
      await assignment.leave();
      closeLink();
      router.stop();
      end.abort();
      upgrades.close();
    },
    // Registered before it has started, answered 503 until then.
    routes: apiRoutes({
      directory: { get: (key) => needed().directory.get(key), all: (tenantId) => needed().directory.all(tenantId) },
      tenantOf: (tenantId) => {
        const engine = needed().owned.anyEngine;
        if (engine !== undefined) return engine.store.tenants.get(tenantId);
        throw new HaltwireError('HALTWIRE_UNAVAILABLE', 'this replica owns no partition now; ask again');
      },
      authenticator,
      sink,
      partitions: () => source.partitions(TOPIC.inputs),
      desk: { submit: (...command) => needed().desk.submit(...command) },
      decisions,
      isConnected: (key) => needed().gateway.isConnected(key),
    }),
    handleUpgrade: (request, socket, head) =>
      ready && parts !== undefined
        ? parts.upgrades.handle(request, socket, head)
        : refuseUpgrade(socket, '503 Service Unavailable'),
    get ready() {
      return ready;
    },
    get live() {
      const assigned = parts?.owned.assigned ?? [];
      return ready && assigned.length === parts?.owned.live.length;
    },
    get partitions() {
      return { assigned: parts?.owned.assigned ?? [], live: parts?.owned.live ?? [] };
    },
    metrics: () => ({
      ...metrics.read(),
      partitionsAssigned: parts?.owned.assigned.length ?? 0,
      partitionsLive: parts?.owned.live.length ?? 0,
      silentPartitions: parts?.silentPartitions() ?? 0,
      sessionsKnown: parts?.directory.size ?? 0,
    }),
  };
}

function receiveEntry(entry: LogEntry, receive: (message: OwnerMessage) => void, logger: Logger): void {
  let message: OwnerMessage | undefined;
  try {
    message = ownerMessageSchema.safeParse(JSON.parse(entry.value)).data;
  } catch {
    // As good as any other text that is none of ours.
  }
  if (message === undefined) logger.warn(`a message on ${TOPIC.verdicts} cannot be read; it is left out`);
  else receive(message);
}
