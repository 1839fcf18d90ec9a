/** A ClickHouse over HTTP, for tests of what stands on one. Not published. */
export { type ClickHouseProcess, startClickHouse } from './clickhouse-process.ts';
