import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { HaltwireError } from '@haltwire/schemas';
import { kafkaAvailable } from './available.ts';
import { startBroker } from './start-broker.ts';
import { startCluster } from './start-cluster.ts';

/**
 * `npm run kafka`: one real broker until Ctrl-C, in a folder that goes with it.
 *
 * `--three` starts three; `--data <folder>` keeps the data; `--port <number>` sets the port of a single one.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { three: { type: 'boolean' }, data: { type: 'string' }, port: { type: 'string' } },
  });
  const kafka = kafkaAvailable();
  if (!kafka.available) throw new HaltwireError('HALTWIRE_UNAVAILABLE', `No broker can run here: ${kafka.reason}.`);

  const stopped = new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  const dataDir = values.data ?? (await mkdtemp(join(tmpdir(), 'haltwire-kafka-')));
  const port = values.port === undefined ? undefined : Number(values.port);
  try {
    process.stderr.write('starting Kafka ...\n');
    const starting =
      values.three === true
        ? startCluster(3, { dataDir: join(dataDir, 'three') })
        : startBroker({ dataDir: join(dataDir, 'one'), port });
    const running = await Promise.race([starting, stopped]);
    if (running !== undefined) {
      process.stdout.write(`${running.bootstrap}\n`);
      process.stderr.write(`set HALTWIRE_KAFKA_BROKERS=${running.bootstrap}; Ctrl-C ends it\n`);
      await stopped;
      await running.stop();
    } else {
      await starting.then((late) => late.stop());
    }
  } finally {
    if (values.data === undefined) await rm(dataDir, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : 'unknown error'}\n`);
  process.exitCode = 1;
});
