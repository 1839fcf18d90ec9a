import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { HaltwireError } from '@haltwire/schemas';
import { type ISocketFactory, Kafka, type KafkaConfig as KafkajsConfig } from 'kafkajs';
import type { KafkaConfig } from '../config/config.ts';
import { kafkaErrorType } from './errors.ts';
import { type BrokerInternals, type ClusterInternals, defaultSocketFactory, KafkajsCluster } from './internals.ts';
import { quietKafkajs } from './logger.ts';
import './quiet-timers.ts';
import { saslOptions } from './sasl.ts';
import './zstd.ts';

const CONNECT_TIMEOUT_MS = 3000;
const METADATA_MAX_AGE_MS = 60_000;
/** A topic that was created a moment ago is not known to every broker yet. */
const NEW_TOPIC_GRACE_MS = 1000;
const NEW_TOPIC_PAUSE_MS = 50;

function readPem(path: string, key: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new HaltwireError('HALTWIRE_CONFIG', `kafka.tls.${key} cannot be read: ${path}.`, { cause });
  }
}

function tlsOptions(tls: KafkaConfig['tls']): ConnectionOptions | boolean {
  if (typeof tls === 'boolean') return tls;
  return {
    ...(tls.ca === undefined ? {} : { ca: readPem(tls.ca, 'ca') }),
    ...(tls.cert === undefined ? {} : { cert: readPem(tls.cert, 'cert') }),
    ...(tls.key === undefined ? {} : { key: readPem(tls.key, 'key') }),
  };
}

/** What every connection of this log has in common: address, sign-in, limits. */
export interface Dialer {
  readonly config: KafkaConfig;
  readonly options: KafkajsConfig;
}

/** Reads certificates and prepares the sign-in. Throws `HALTWIRE_CONFIG` when a file cannot be read. */
export function createDialer(config: KafkaConfig): Dialer {
  const sasl = saslOptions(config.sasl);
  return {
    config,
    options: {
      ...quietKafkajs,
      brokers: [...config.brokers],
      clientId: config.clientId,
      ssl: tlsOptions(config.tls),
      ...(sasl === undefined ? {} : { sasl }),
      connectionTimeout: Math.min(CONNECT_TIMEOUT_MS, config.requestTimeoutMs),
      requestTimeout: config.requestTimeoutMs,
      retry: { retries: 2, initialRetryTime: 100, maxRetryTime: 1000 },
    },
  };
}

/** Sockets that kafkajs opens for us, so that they can be closed at once, whatever they wait for. */
interface OwnSockets {
  readonly factory: ISocketFactory;
  destroyAll(): void;
}

function ownSockets(): OwnSockets {
  const open = new Set<Socket>();
  const create = defaultSocketFactory();
  let destroyed = false;
  const gone = () => new Error('the connection was given up');
  return {
    factory: (options) => {
      const socket = create(options);
      // kafkajs may be on its way to a further broker while it is dropped.
      if (destroyed) process.nextTick(() => socket.destroy(gone()));
      // Each time that kafkajs gives up a socket which is gone already, it leaves a listener: Node would warn at the 11th.
      socket.setMaxListeners(0);
      open.add(socket);
      socket.once('close', () => open.delete(socket));
      return socket;
    },
    destroyAll() {
      // An error and not an end: kafkajs rejects what waits on a socket that fails, and forgets about one that is closed.
      destroyed = true;
      for (const socket of open) socket.destroy(gone());
    },
  };
}

/** Connections to all brokers, of one user: requests of two users would wait for each other on the same socket. */
export interface Line {
  readonly cluster: ClusterInternals;
  /** Makes sure that the topic's leaders are known. Throws when there is no such topic. */
  know(topic: string): Promise<void>;
  /** Which partitions each broker leads, by the broker's id. Throws when there is no such partition. */
  leadersOf(topic: string, partitions: readonly number[]): Map<string, number[]>;
  /** The broker that leads the partition. */
  leaderOf(topic: string, partition: number): Promise<BrokerInternals>;
  partitionsOf(topic: string): number[];
  anyBroker(): Promise<BrokerInternals>;
  /** The broker that keeps a group, or a transactional id. */
  coordinatorOf(kind: 'group' | 'transaction', id: string): Promise<BrokerInternals>;
  /** Closes the sockets at once; everything that waits on them fails. */
  drop(): void;
}

/** Opens nothing yet: connections are made when they are first needed. */
export function openLine({ config, options }: Dialer, overrides: { readonly requestTimeout?: number } = {}): Line {
  const sockets = ownSockets();
  const cluster = new KafkajsCluster({
    logger: new Kafka(options).logger(),
    socketFactory: sockets.factory,
    brokers: options.brokers,
    ssl: options.ssl ?? false,
    ...(options.sasl === undefined ? {} : { sasl: options.sasl }),
    clientId: config.clientId,
    connectionTimeout: options.connectionTimeout ?? CONNECT_TIMEOUT_MS,
    authenticationTimeout: 10_000,
    reauthenticationThreshold: 10_000,
    requestTimeout: overrides.requestTimeout ?? config.requestTimeoutMs,
    enforceRequestTimeout: true,
    metadataMaxAge: METADATA_MAX_AGE_MS,
    retry: options.retry ?? {},
    allowAutoTopicCreation: false,
  });
  let dropped = false;

  async function connected(): Promise<void> {
    if (dropped) throw new HaltwireError('HALTWIRE_UNAVAILABLE', 'The connection to Kafka is closed.');
    if (!cluster.isConnected()) await cluster.connect();
  }

  function leadersOf(topic: string, partitions: readonly number[]): Map<string, number[]> {
    const leaders = new Map(Object.entries(cluster.findLeaderForPartitions(topic, [...partitions])));
    const led = [...leaders.values()].flat();
    const missing = partitions.find((partition) => !led.includes(partition));
    if (missing !== undefined) throw new HaltwireError('HALTWIRE_NOT_FOUND', `${topic} has no partition ${missing}.`);
    return leaders;
  }

  return {
    cluster,
    leadersOf,
    async know(topic) {
      await connected();
      const deadline = performance.now() + NEW_TOPIC_GRACE_MS;
      for (;;) {
        try {
          await cluster.addTargetTopic(topic);
          break;
        } catch (error) {
          if (kafkaErrorType(error) !== 'UNKNOWN_TOPIC_OR_PARTITION' || performance.now() > deadline) throw error;
          await new Promise((resolve) => setTimeout(resolve, NEW_TOPIC_PAUSE_MS));
        }
      }
      await cluster.refreshMetadataIfNecessary();
    },
    async leaderOf(topic, partition) {
      await connected();
      const [nodeId = ''] = leadersOf(topic, [partition]).keys();
      return cluster.findBroker({ nodeId });
    },
    partitionsOf: (topic) =>
      cluster
        .findTopicPartitionMetadata(topic)
        .map(({ partitionId }) => partitionId)
        .sort((a, b) => a - b),
    async anyBroker() {
      await connected();
      return cluster.findControllerBroker();
    },
    async coordinatorOf(kind, id) {
      await connected();
      // Another one each time: the one that was asked last may be the one that is away. kafkajs' own search forgets why
      // it was refused.
      if (cluster.getNodeIds().length === 0) await cluster.refreshMetadata();
      const nodeIds = cluster.getNodeIds();
      const nodeId = String(nodeIds[Math.floor(Math.random() * nodeIds.length)] ?? '');
      const asked = await cluster.findBroker({ nodeId });
      const coordinatorType = kind === 'group' ? 0 : 1;
      const { coordinator } = await asked.findGroupCoordinator({ groupId: id, coordinatorType });
      return cluster.findBroker({ nodeId: String(coordinator.nodeId) });
    },
    drop() {
      dropped = true;
      sockets.destroyAll();
      // Clears kafkajs' own timers; it may wait for answers that never come, and nobody waits for it.
      cluster.disconnect().catch(() => {});
      sockets.destroyAll();
    },
  };
}
