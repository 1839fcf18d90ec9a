import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { type ClickHouseClient, createClient } from '@clickhouse/client';

type ClientConnection = NonNullable<NonNullable<Parameters<typeof createClient>[0]>['connection']>;

/** Says what the history does; the server's logger fits. */
export interface HistoryLogger {
  warn(message: string): void;
}

type CreateConnection = (options: { path: string }) => unknown;

async function open(path: string, createConnection: CreateConnection): Promise<ClickHouseClient> {
  // chdb and the client carry the same interface from two packages, which the compiler cannot see as one.
  const client = createClient({ connection: createConnection({ path }) as ClientConnection });
  await client.command({ query: 'SELECT 1' });
  return client;
}

/** chDB serves one folder per process: then the folder is well, and merely not for us. */
function isBusyElsewhere(error: unknown): boolean {
  return error instanceof Error && error.message.includes('only one active data directory');
}

function moveAside(path: string): string {
  const aside = `${path}.damaged-${new Date().toISOString().replaceAll(':', '-')}`;
  renameSync(path, aside);
  return aside;
}

/**
 * Opens chDB in its folder. When that fails, or has taken the whole process down the last time, the folder is moved aside
 * and a new one is begun: the archiver fills it from the log, which holds everything.
 *
 * Rejects when even an empty folder cannot be opened, e.g. where the native library is missing.
 */
export async function openHistory(path: string, logger: HistoryLogger): Promise<ClickHouseClient> {
  // Loaded late: the native library takes a moment. When it is missing, the folder is not to blame.
  const { createChdbConnection } = await import('chdb/connection');
  const marker = `${path}.opening`;
  if (existsSync(marker) && existsSync(path)) {
    const aside = moveAside(path);
    logger.warn(`opening the history took the server down last time; moved to ${aside}, rebuilding it from the log`);
  }
  writeFileSync(marker, '');
  try {
    return await open(path, createChdbConnection);
  } catch (error) {
    if (!existsSync(path) || isBusyElsewhere(error)) throw error;
    const aside = moveAside(path);
    const why = error instanceof Error ? error.message : String(error);
    logger.warn(`the history cannot be opened (${why}); moved to ${aside}, rebuilding it from the log`);
    return await open(path, createChdbConnection);
  } finally {
    rmSync(marker, { force: true });
  }
}
