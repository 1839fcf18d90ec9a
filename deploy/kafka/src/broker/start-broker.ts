import { existsSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { HaltwireError } from '@haltwire/schemas';
import { ensureJars } from './jars.ts';
import { endNodeProcess, lastLines, type NodeProcess, newClusterId, startNodeProcess } from './node-process.ts';
import { freePorts } from './ports.ts';
import { type NodeAddress, serverProperties } from './properties.ts';
import { waitUntilServing } from './serving.ts';

/** Options of `startBroker`. */
export interface BrokerOptions {
  /** Folder of the broker; made and formatted when new, used again when it holds a broker's data. */
  readonly dataDir: string;
  /** Port for clients. Default: a free one; on a folder that was used before, that of the last time. */
  readonly port?: number | undefined;
  /** Port that clients are told to use, when a proxy stands between. Default: `port`. */
  readonly advertisedPort?: number | undefined;
  /** More lines of `server.properties`; they win over ours. */
  readonly overrides?: Readonly<Record<string, string>> | undefined;
  /** SCRAM-SHA-256 users, put into the folder when it is formatted. */
  readonly scramUsers?: Readonly<Record<string, string>> | undefined;
}

/** A real broker in a java process of its own. */
export interface Broker {
  /** Address for clients, `host:port`. */
  readonly bootstrap: string;
  readonly port: number;
  readonly pid: number;
  readonly dataDir: string;
  /** SIGSTOP: it holds its connections and answers nothing. */
  pause(): void;
  /** SIGCONT. */
  resume(): void;
  /** SIGKILL: no flush, no farewell. Resolves when the process is gone. */
  kill(): Promise<void>;
  /** Ends it in good order. */
  stop(): Promise<void>;
}

/** What a node is given by whoever starts it: alone, or one of several. */
export interface NodeOptions extends BrokerOptions {
  readonly node: NodeAddress;
  readonly nodes: readonly NodeAddress[];
  readonly clusterId: string;
}

/** Starts one node without waiting until it serves. */
export async function startNode(options: NodeOptions): Promise<{ broker: Broker; process: NodeProcess }> {
  const { node, nodes, dataDir, clusterId, advertisedPort = node.port, overrides = {}, scramUsers = {} } = options;
  const process = await startNodeProcess({
    jars: await ensureJars(),
    dataDir,
    clusterId,
    properties: serverProperties({ node, nodes, dataDir, advertisedPort, overrides }),
    formatArguments: Object.entries(scramUsers).flatMap(([name, password]) => [
      '--add-scram',
      `SCRAM-SHA-256=[name=${name},password=${password}]`,
    ]),
  });
  const broker: Broker = {
    bootstrap: `127.0.0.1:${node.port}`,
    port: node.port,
    pid: process.pid,
    dataDir,
    pause: () => process.signal('SIGSTOP'),
    resume: () => process.signal('SIGCONT'),
    kill: () => {
      process.signal('SIGKILL');
      return process.exited;
    },
    stop: () => endNodeProcess(process),
  };
  return { broker, process };
}

/** Waits until all of them serve; ends them all when one of them does not come up. */
export async function untilServing(
  started: readonly { readonly broker: Broker; readonly process: NodeProcess }[],
): Promise<void> {
  const ended = started.map(({ process }) =>
    process.exited.then(() => {
      throw new HaltwireError(
        'HALTWIRE_UNAVAILABLE',
        `The broker ended before it served. Its last words (${process.logPath}):\n${lastLines(process.logPath)}`,
      );
    }),
  );
  const stop = new AbortController();
  try {
    await Promise.race([
      waitUntilServing(
        started.map(({ broker }) => broker.bootstrap),
        started.length,
        stop.signal,
      ),
      ...ended,
    ]);
  } catch (error) {
    await Promise.all(started.map(({ broker }) => broker.kill()));
    throw error;
  } finally {
    stop.abort();
    // From here on an end is the owner's wish.
    for (const end of ended) end.catch(() => {});
  }
}

/** The ports that a folder was used with the last time: a broker that restarts is found where it was. */
function lastPorts(dataDir: string): { port: number; controllerPort: number } | undefined {
  const path = join(dataDir, 'server.properties');
  if (!existsSync(path)) return undefined;
  const text = readFileSync(path, 'utf8');
  const port = /^listeners=PLAINTEXT:\/\/127\.0\.0\.1:(\d+),CONTROLLER:\/\/127\.0\.0\.1:(\d+)/m.exec(text);
  return port === null ? undefined : { port: Number(port[1]), controllerPort: Number(port[2]) };
}

/**
 * Starts a real broker (Apache Kafka, KRaft, one node) and resolves when it serves.
 *
 * The first call gets the jars with Maven. The process ends with the caller's at the latest. For tests and trials only:
 * without passwords, on this machine, with one copy of the data.
 *
 * - `port`: a free one (default)
 * - `overrides`: none (default)
 *
 * Throws `HALTWIRE_UNAVAILABLE` when java or the jars are missing or the broker does not come up.
 *
 * @example
 * const broker = await startBroker({ dataDir: './.haltwire/kafka' });
 * console.log(broker.bootstrap);
 * await broker.stop();
 */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  await mkdir(options.dataDir, { recursive: true });
  const [freePort = 0, freeController = 0] = await freePorts(2);
  const last = lastPorts(options.dataDir);
  const node: NodeAddress = {
    id: 1,
    port: options.port ?? last?.port ?? freePort,
    controllerPort: last?.controllerPort ?? freeController,
  };
  const started = await startNode({ ...options, node, nodes: [node], clusterId: newClusterId() });
  await untilServing([started]);
  return started.broker;
}
