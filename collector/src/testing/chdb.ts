import { type ClickHouseClient, createClient } from '@clickhouse/client';
import { createChdbConnection } from 'chdb/connection';

type ClientConnection = NonNullable<NonNullable<Parameters<typeof createClient>[0]>['connection']>;

/** A client of chDB in a folder. A process has one such folder. */
export function openChdb(path: string): ClickHouseClient {
  // chdb and the client carry the same interface from two packages, which the compiler cannot see as one.
  const connection: unknown = createChdbConnection({ path });
  return createClient({ connection: connection as ClientConnection });
}
