import { join } from 'node:path';

/** One node of a KRaft cluster, broker and controller in one. */
export interface NodeAddress {
  readonly id: number;
  readonly port: number;
  readonly controllerPort: number;
}

export interface NodeProperties {
  readonly node: NodeAddress;
  readonly nodes: readonly NodeAddress[];
  readonly dataDir: string;
  /** Port that clients are told to use; differs from the node's own when a proxy stands between. */
  readonly advertisedPort: number;
  readonly overrides: Readonly<Record<string, string>>;
}

/** The node's `server.properties`, as small as a node that keeps our promises can be. */
export function serverProperties({ node, nodes, dataDir, advertisedPort, overrides }: NodeProperties): string {
  const replicas = String(Math.min(3, nodes.length));
  const minimum = nodes.length >= 3 ? '2' : '1';
  const properties: Record<string, string> = {
    'process.roles': 'broker,controller',
    'node.id': String(node.id),
    'controller.quorum.voters': nodes.map(({ id, controllerPort }) => `${id}@127.0.0.1:${controllerPort}`).join(','),
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    listeners: `PLAINTEXT://127.0.0.1:${node.port},CONTROLLER://127.0.0.1:${node.controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${advertisedPort}`,
    'log.dirs': join(dataDir, 'log'),
    'auto.create.topics.enable': 'false',
    'offsets.topic.replication.factor': replicas,
    'offsets.topic.num.partitions': '1',
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': minimum,
    'transaction.state.log.num.partitions': '4',
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': minimum,
    'group.initial.rebalance.delay.ms': '0',
    'num.network.threads': '2',
    'num.io.threads': '4',
    // Defaults of 9 s and 2 s are meant for networks. A node that was killed may come back only when its old session has
    // ended, and alone it guards nothing.
    'broker.session.timeout.ms': nodes.length > 1 ? '4000' : '1000',
    'broker.heartbeat.interval.ms': '250',
    'controlled.shutdown.enable': nodes.length > 1 ? 'true' : 'false',
    ...overrides,
  };
  return `${Object.entries(properties)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n')}\n`;
}

/** Log settings of the node: warnings and worse, to stdout. */
export const LOG4J_SETTINGS = `Configuration:
  Appenders:
    Console:
      name: out
      PatternLayout:
        pattern: "%d %p %m (%c)%n"
  Loggers:
    Root:
      level: WARN
      AppenderRef:
        - ref: out
    Logger:
      - name: kafka.server.KafkaRaftServer
        level: INFO
`;
