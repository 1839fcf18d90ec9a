import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startBroker } from '@haltwire/kafka/broker';
import { loadSigningKey } from '@haltwire/server';
import { z } from 'zod';
import { type ServerProcess, untilReady } from './processes.ts';
import { type NodeProcess, spawnNode } from './spawn-node.ts';

const BIN = new URL('../bin.ts', import.meta.url);
const upSchema = z.object({ url: z.string() });

/**
 * The same product, spread out: a real Kafka broker, a collector, and two detectors that share the partitions, each in a
 * process of its own. Agents' sockets and people go to the second detector, whoever owns their sessions.
 */
export async function startKafkaServers(folder: string): Promise<ServerProcess> {
  const dataDir = join(folder, 'kafka');
  await mkdir(dataDir, { recursive: true });
  const broker = await startBroker({ dataDir });
  const running: NodeProcess[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(running.map((process) => process.stop()));
    await broker.kill();
  };
  try {
    const config = join(folder, 'haltwire.yaml');
    const kafka = { brokers: [broker.bootstrap], partitions: 4, replication: 1 };
    const taskTokenKeyFile = join(folder, 'task-token-key.json');
    await loadSigningKey(taskTokenKeyFile);
    await writeFile(config, JSON.stringify({ listen: { port: 0 }, kafka, taskTokenKeyFile, logLevel: 'warn' }));
    const ask = async <T extends z.ZodType>(args: readonly string[], schema: T, what: string): Promise<z.infer<T>> => {
      const process = spawnNode(BIN, [...args, '--config', config, '--json']);
      const answer = await untilReady(process, schema, what);
      await process.exited;
      return answer;
    };
    await ask(['topics', 'ensure'], z.object({}), 'topics ensure');
    const keys = ['keys', 'create', '--person', 'admin', '--role', 'admin'];
    const { secret } = await ask(keys, z.object({ secret: z.string() }), 'keys create');
    const start = async (role: string): Promise<string> => {
      const process = spawnNode(BIN, [role, '--config', config, '--json']);
      running.push(process);
      return (await untilReady(process, upSchema, `the ${role}`)).url;
    };
    const [endpoint, , url] = await Promise.all([start('collector'), start('detector'), start('detector')]);
    return { url, endpoint, adminToken: secret, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
