import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TOPIC } from '@haltwire/schemas';
import { MemoryLog } from '@haltwire/schemas/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ClickHouseProcess, startClickHouse } from '../testing/clickhouse-process.ts';
import { type ArchiverOptions, createArchiver } from './archiver.ts';
import { type ClickHouseConfigInput, parseClickHouseConfig } from './config/config.ts';
import { openClickHouse } from './config/open.ts';
import { archiverOptions } from './config/options.ts';

const password = ['fake', 'password'].join('-');
const folder = mkdtempSync(join(tmpdir(), 'haltwire-clickhouse-'));
let server: ClickHouseProcess;
beforeAll(async () => {
  server = await startClickHouse(join(folder, 'data'), { username: 'archiver', password });
});
afterAll(async () => {
  await server.kill();
  rmSync(folder, { recursive: true, force: true });
});

let databases = 0;
let database = '';
beforeEach(() => {
  databases += 1;
  database = `archive_${databases}`;
});

function connect(settings: Partial<ClickHouseConfigInput> = {}) {
  const config = parseClickHouseConfig({
    url: server.url,
    username: 'archiver',
    password,
    database,
    lingerMs: 0,
    batchRows: 20,
    requestTimeoutMs: 5000,
    ...settings,
  });
  return { client: openClickHouse(config), options: archiverOptions(config) };
}

async function rowsOf<T>(query: string): Promise<T[]> {
  const { client } = connect();
  const rows = await (await client.query({ query, format: 'JSONEachRow' })).json<T>();
  await client.close();
  return rows;
}

const counted = (table = 'inputs_once') =>
  rowsOf(`SELECT toUInt32(count()) AS rows, toUInt32(uniqExact(offset)) AS offsets, toUInt32(max(offset)) + 1 AS end
    FROM ${database}.${table}`);

async function fill(log: MemoryLog, count: number): Promise<void> {
  const entries = Array.from({ length: count }, () => ({ key: 'k', value: '{"type":"tick","v":1,"text":"é😀\\n"}' }));
  await log.append(TOPIC.inputs, entries);
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await turn();
}

function startArchiver(
  source: MemoryLog,
  more: Partial<ArchiverOptions> = {},
  settings: Partial<ClickHouseConfigInput> = {},
) {
  const { client, options } = connect(settings);
  const stop = new AbortController();
  const failures: unknown[] = [];
  const archiver = createArchiver({
    source,
    client,
    ...options,
    backoff: { firstMs: 1, mostMs: 20 },
    onFailure: (error) => failures.push(error),
    ...more,
  });
  const running = archiver.run(stop.signal);
  return {
    failures,
    rows: () => archiver.metrics()['archive.rows'],
    behind: async () => (await archiver.lag()).reduce((sum, lag) => sum + lag.behind, 0),
    async stop() {
      stop.abort();
      await running;
      await client.close();
    },
  };
}

describe('the archive on a server, over HTTP', () => {
  test.each(['none', 'gzip', 'zstd'] as const)('takes rows with compression %s', async (compression) => {
    const log = new MemoryLog();
    await fill(log, 100);
    const archiver = startArchiver(log, {}, { compression });
    await until(async () => (await archiver.behind()) === 0);
    await archiver.stop();
    expect(archiver.failures).toEqual([]);
    expect(await counted('inputs')).toEqual([{ rows: 100, offsets: 100, end: 100 }]);
    const [row] = await rowsOf<{ record: string }>(`SELECT record FROM ${database}.inputs LIMIT 1`);
    expect(row?.record).toBe('{"type":"tick","v":1,"text":"é😀\\n"}');
  });

  test('that is away is waited for, from the first start on, and caught up with', async () => {
    await server.stop();
    const log = new MemoryLog();
    await fill(log, 150);
    const archiver = startArchiver(log);
    await until(() => archiver.failures.length > 3);
    expect(await archiver.behind()).toBe(150);
    expect(String(archiver.failures[0])).toMatch(/ECONNREFUSED/);
    await server.start();
    await until(async () => (await archiver.behind()) === 0);

    await server.stop();
    const before = archiver.failures.length;
    // The log goes on meanwhile, so detection does.
    await fill(log, 150);
    await until(() => archiver.failures.length > before + 3);
    expect(await archiver.behind()).toBe(150);
    await server.start();
    await until(async () => (await archiver.behind()) === 0);
    await archiver.stop();
    expect(await counted('inputs')).toEqual([{ rows: 300, offsets: 300, end: 300 }]);
  });

  test('that is killed in the middle of inserts, again and again, has each row once in the end', async () => {
    const log = new MemoryLog();
    await fill(log, 1200);
    const archiver = startArchiver(log);
    for (let kill = 1; kill <= 5; kill += 1) {
      const goal = kill * 100;
      await until(() => archiver.rows() >= goal);
      await server.kill();
      await server.start();
    }
    await until(async () => (await archiver.behind()) === 0);
    await archiver.stop();
    expect(archiver.failures.length).toBeGreaterThan(0);
    expect(await counted()).toEqual([{ rows: 1200, offsets: 1200, end: 1200 }]);
  });

  test('that answers too late, or not at all for a while, has each row once', async () => {
    const log = new MemoryLog();
    await fill(log, 60);
    const archiver = startArchiver(log, {}, { requestTimeoutMs: 300 });
    await until(async () => (await archiver.behind()) === 0);
    const { client } = connect();
    await client.command({ query: `SYSTEM STOP MERGES ${database}.inputs` });
    await client.close();
    // Rows are there, but the archiver does not hear of it, and inserts them again.
    server.slow(600);
    await fill(log, 60);
    const before = archiver.failures.length;
    await until(() => archiver.failures.length > before + 1);
    server.slow(0);
    await until(async () => (await archiver.behind()) === 0);
    server.pause();
    await fill(log, 60);
    const paused = archiver.failures.length;
    await until(() => archiver.failures.length > paused);
    server.resume();
    await until(async () => (await archiver.behind()) === 0);
    await archiver.stop();
    expect(await counted()).toEqual([{ rows: 180, offsets: 180, end: 180 }]);
    const [raw] = (await counted('inputs')) as { rows: number }[];
    expect(raw?.rows).toBeGreaterThan(180);
  });

  test('that refuses the sign-in is reported with the keys to look at, without the password', async () => {
    const wrong = ['wrong', 'password'].join('-');
    const archiver = startArchiver(new MemoryLog(), {}, { password: wrong });
    await until(() => archiver.failures.length > 0);
    await archiver.stop();
    const said = String(archiver.failures[0]);
    expect(said).toMatch(/ClickHouse refuses the sign-in; check username and password or passwordFile/);
    expect(said).toMatch(/Authentication failed/);
    expect(said).not.toContain(wrong);
  });

  test('answers as a server does: an unknown table with its code, parameters as they were sent', async () => {
    const { client } = connect();
    await expect(client.query({ query: 'SELECT * FROM nowhere' })).rejects.toMatchObject({
      code: '60',
      type: 'UNKNOWN_TABLE',
    });
    const query_params = { text: "it's\na\ttab \\ 'quoted'", list: ['a', 'c d'] };
    const answer = await client.query({
      query: 'SELECT {text: String} AS text, {list: Array(String)} AS list',
      query_params,
      format: 'JSONEachRow',
    });
    expect(await answer.json()).toEqual([query_params]);
    expect(await client.ping()).toEqual({ success: true });
    await client.close();
  });
});
