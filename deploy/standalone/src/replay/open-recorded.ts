import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { HaltwireError } from '@haltwire/schemas';
import { readConfig, terminalLogger } from '../cli/cluster-config.ts';
import { UsageError } from '../cli/command.ts';
import { fileLog } from './file-log.ts';
import { portLog } from './port-log.ts';
import type { ReadRange, RecordedLog } from './recorded-log.ts';

/** Flags that say where recorded inputs are. */
export const recordedFlags = {
  data: { type: 'string' },
  kafka: { type: 'boolean' },
  clickhouse: { type: 'boolean' },
  file: { type: 'string' },
  config: { type: 'string' },
} as const;

export const recordedFlagsHelp = `  --data FOLDER        data folder of a stopped server, or a copy of one
  --kafka              the topic agent.inputs of a cluster, all partitions (--config FILE)
  --clickhouse         the table inputs of the archive (--config FILE, or HALTWIRE_CLICKHOUSE_URL and its kin)
  --file FILE          NDJSON: a log entry or a bare record per line, as --export of replay writes it
  --config FILE        settings of the cluster; default: the file that $HALTWIRE_CONFIG names`;

/** What `recordedFlags` read. */
export interface RecordedFlags {
  readonly data?: string | undefined;
  readonly kafka?: boolean | undefined;
  readonly clickhouse?: boolean | undefined;
  readonly file?: string | undefined;
  readonly config?: string | undefined;
}

/**
 * Opens the recorded inputs that the flags name. Close it after use.
 *
 * Throws `UsageError` unless the flags name exactly one source, and `HALTWIRE_CONFLICT` when a server uses the folder.
 */
export async function openRecorded(flags: RecordedFlags, range: ReadRange): Promise<RecordedLog> {
  const named = [flags.data, flags.kafka, flags.clickhouse, flags.file].filter((flag) => flag !== undefined);
  if (named.length !== 1) {
    throw new UsageError('Say where the recorded inputs are: one of --data, --kafka, --clickhouse or --file.');
  }
  if (flags.data !== undefined) return openFolder(flags.data);
  if (flags.file !== undefined) return fileLog(flags.file);
  return flags.kafka === true ? openKafka(flags.config) : openArchive(flags.config, range);
}

async function openFolder(path: string): Promise<RecordedLog> {
  const root = resolve(path);
  const log = join(root, 'log');
  if (!existsSync(log)) throw new UsageError(`${path} is no data folder: it has no folder "log" in it.`);
  const [{ openLog }, { lockDataFolder }] = await Promise.all([
    import('../log/open-log.ts'),
    import('../data-folder/lock.ts'),
  ]);
  const lock = lockFolder(root, lockDataFolder);
  try {
    const opened = openLog({ path: log });
    return await portLog(path, opened.source, async () => {
      await opened.close();
      lock.release();
    });
  } catch (error) {
    lock.release();
    throw error;
  }
}

function lockFolder(root: string, take: typeof import('../data-folder/lock.ts')['lockDataFolder']) {
  try {
    const file = (name: string) => join(root, name);
    return take({
      path: root,
      log: file('log'),
      keys: file('keys'),
      clickhouse: file('clickhouse'),
      signingKey: file('task-token-key.json'),
      lock: file('lock'),
    });
  } catch (cause) {
    throw new HaltwireError(
      'HALTWIRE_CONFLICT',
      `A server uses the data folder ${root}. Stop it, or copy the folder and read the copy.`,
      { cause },
    );
  }
}

async function openKafka(file: string | undefined): Promise<RecordedLog> {
  const [{ loadClusterConfig }, { openKafkaLog }] = await Promise.all([
    import('@haltwire/cluster'),
    import('@haltwire/kafka'),
  ]);
  const { kafka } = readConfig(() => loadClusterConfig({ file }));
  const log = openKafkaLog({ config: kafka, logger: terminalLogger });
  try {
    return await portLog(`agent.inputs on ${kafka.brokers.join(', ')}`, log.source, () => log.close());
  } catch (error) {
    await log.close();
    throw error;
  }
}

async function openArchive(file: string | undefined, range: ReadRange): Promise<RecordedLog> {
  const [{ loadClusterConfig, requireClickHouse }, { clickHouseConfigFromEnv, openClickHouse }, { clickHouseLog }] =
    await Promise.all([import('@haltwire/cluster'), import('@haltwire/collector'), import('./clickhouse-log.ts')]);
  const config = readConfig(() =>
    file === undefined && !process.env.HALTWIRE_CONFIG
      ? clickHouseConfigFromEnv(process.env)
      : requireClickHouse(loadClusterConfig({ file })).clickhouse,
  );
  const client = openClickHouse(config);
  try {
    return await clickHouseLog({ client, database: config.database, range });
  } catch (error) {
    await client.close();
    throw error;
  }
}
