import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClickHouseClient } from '@clickhouse/client';
import { openChdb } from './chdb.ts';

/** chDB in a folder of its own, for one test file: chDB has one folder per process. */
export interface TestChdb {
  readonly client: ClickHouseClient;
  readonly folder: string;
  /** A name that no other test uses. */
  freshDatabase(): string;
  rowsOf<T>(query: string): Promise<T[]>;
  close(): Promise<void>;
}

/** Opens chDB. Close it after use. */
export function openTestChdb(): TestChdb {
  const folder = mkdtempSync(join(tmpdir(), 'haltwire-archive-'));
  const client = openChdb(join(folder, 'main'));
  let databases = 0;
  return {
    client,
    folder,
    freshDatabase() {
      databases += 1;
      return `archive_${databases}`;
    },
    rowsOf: async <T>(query: string) => (await client.query({ query, format: 'JSONEachRow' })).json<T>(),
    async close() {
      await client.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
