import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClickHouseClient } from '@clickhouse/client';
import { afterAll, describe, expect, test } from 'vitest';
import { openTestChdb } from '../../testing/chdb-database.ts';
import { parseClickHouseConfig } from '../config/config.ts';
import { clickHouseSchema } from '../config/options.ts';
import { clusterProblem } from './check.ts';
import type { Layout } from './layout.ts';
import { groundStatements, migrate } from './migrate.ts';
import { migrations } from './migrations.ts';
import { retentionChange } from './retention.ts';

const chdb = openTestChdb();
const { client, rowsOf, freshDatabase } = chdb;
afterAll(() => chdb.close());

const replication = { zookeeperPath: '/clickhouse/tables/{shard}/{database}/{table}', replica: '{replica}' };
const allStatements = (layout: Layout): string[] => [
  ...groundStatements(layout),
  ...migrations.flatMap((step) => step.statements(layout)),
];

async function tablesOf(database: string): Promise<Record<string, string>> {
  const rows = await rowsOf<{ name: string; create_table_query: string }>(
    `SELECT name, create_table_query FROM system.tables WHERE database = '${database}'`,
  );
  return Object.fromEntries(rows.map((row) => [row.name, row.create_table_query.replaceAll(database, 'db')]));
}

describe('the schema', () => {
  test('is the same after a fresh start, a second run, and several archivers at a time', async () => {
    const [once, twice, many] = [freshDatabase(), freshDatabase(), freshDatabase()];
    await migrate(client, { database: once });
    await migrate(client, { database: twice });
    await migrate(client, { database: twice });
    await Promise.all(Array.from({ length: 6 }, () => migrate(client, { database: many })));
    const tables = await tablesOf(once);
    expect(Object.keys(tables)).toEqual(
      expect.arrayContaining([
        'inputs',
        'inputs_once',
        'decisions',
        'decisions_once',
        'dead',
        'dead_once',
        'migrations',
      ]),
    );
    expect(await tablesOf(twice)).toEqual(tables);
    expect(await tablesOf(many)).toEqual(tables);
    const versions = await rowsOf(`SELECT version FROM ${many}.migrations FINAL ORDER BY version`);
    expect(versions).toEqual(migrations.map(({ version }) => ({ version })));
  });

  test('a database that the first release made, with its rows, becomes the same as a new one', async () => {
    const [old, fresh] = [freshDatabase(), freshDatabase()];
    const released = readFileSync(join(import.meta.dirname, 'version-1.sql'), 'utf8').replaceAll('{database}', old);
    for (const query of released.split(';\n').filter((text) => text.trim() !== '')) await client.command({ query });
    await client.insert({
      table: `${old}.inputs`,
      values: [{ topic: 'agent.inputs', offset: 7, agent: 'a' }],
      format: 'JSONEachRow',
    });
    await migrate(client, { database: old });
    await migrate(client, { database: fresh });
    expect(await tablesOf(old)).toEqual(await tablesOf(fresh));
    expect(await rowsOf(`SELECT toUInt32(offset) AS offset, agent FROM ${old}.inputs_once`)).toEqual([
      { offset: 7, agent: 'a' },
    ]);
  });

  test('a step that was cut off anywhere is done again', async () => {
    const fresh = freshDatabase();
    await migrate(client, { database: fresh });
    const expected = await tablesOf(fresh);
    const count = allStatements({ database: fresh }).length;
    for (let statements = 0; statements < count; statements += 3) {
      const database = freshDatabase();
      await expect(migrate(failingAfter(client, statements), { database })).rejects.toThrow('cut off');
      await migrate(client, { database });
      expect(await tablesOf(database)).toEqual(expected);
    }
  });

  test('a database that a newer release made is left as it is', async () => {
    const database = freshDatabase();
    await migrate(client, { database });
    await client.command({ query: `ALTER TABLE ${database}.inputs ADD COLUMN later String` });
    await client.command({ query: `INSERT INTO ${database}.migrations (version, name) VALUES (999, 'later')` });
    await migrate(client, { database });
    expect((await tablesOf(database)).inputs).toContain('`later` String');
  });

  test('names the cluster in every statement, and replicates every table that holds data', async () => {
    const layout: Layout = { database: 'audit', cluster: 'main', replication };
    for (const statement of allStatements(layout)) {
      expect(statement).toMatch(/ ON CLUSTER main/);
      // ClickHouse's own parser takes it.
      await client.query({ query: 'SELECT formatQuery({statement: String})', query_params: { statement } });
      if (/CREATE TABLE/.test(statement)) {
        expect(statement).toContain(
          "ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}'",
        );
      }
    }
    expect(allStatements({ database: 'audit' }).join('\n')).not.toMatch(/CLUSTER|Replicated/);
  });

  test('refuses plain tables where the settings say that they are replicated, and says what to do', async () => {
    const database = freshDatabase();
    await migrate(client, { database });
    await expect(migrate(client, { database, replication })).rejects.toThrow(
      /replicated: the tables .*inputs.* are not replicated, but the settings say otherwise; change the setting, or/,
    );
  });

  test('refuses a cluster that the server does not know, or that has several shards', async () => {
    await expect(migrate(client, { database: freshDatabase(), cluster: 'nowhere', replication })).rejects.toThrow(
      /cluster: the server knows no cluster of this name/,
    );
    expect(clusterProblem(1)).toBeUndefined();
    expect(clusterProblem(2)).toMatch(/it has 2 shards; the archive needs a cluster of one shard/);
  });
});

describe('the schema made by hand', () => {
  test('is the one that an archiver makes, and an archiver that may make nothing works on it', async () => {
    const [byHand, byArchiver] = [freshDatabase(), freshDatabase()];
    const url = 'http://localhost:8123';
    const statements = clickHouseSchema(parseClickHouseConfig({ url, database: byHand, retentionDays: 90 }));
    for (const query of statements) await client.command({ query });
    await migrate(client, { database: byArchiver, retentionDays: 90 });
    expect(await tablesOf(byHand)).toEqual(await tablesOf(byArchiver));
    await migrate(failingAfter(client, 0), { database: byHand, retentionDays: 90 });
  });
});

describe('retention', () => {
  const insert = (database: string, values: readonly { offset: number; log_time: string }[]) =>
    client.insert({ table: `${database}.inputs`, values, format: 'JSONEachRow' });
  const offsets = async (database: string): Promise<number[]> => {
    await client.command({ query: `OPTIMIZE TABLE ${database}.inputs FINAL` });
    const rows = await rowsOf<{ offset: number }>(
      `SELECT toUInt32(offset) AS offset FROM ${database}.inputs ORDER BY 1`,
    );
    return rows.map(({ offset }) => offset);
  };
  const daysAgo = (days: number): string =>
    new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 19).replace('T', ' ');

  test('follows the settings on the same tables, of rows that are there already', async () => {
    const database = freshDatabase();
    await migrate(client, { database });
    await insert(
      database,
      [10, 50, 100, 400].map((days) => ({ offset: days, log_time: daysAgo(days) })),
    );
    await migrate(client, { database, retentionDays: 300 });
    expect(await offsets(database)).toEqual([10, 50, 100]);
    await migrate(client, { database, retentionDays: 30 });
    expect(await offsets(database)).toEqual([10]);
    await migrate(client, { database, retentionDays: -1 });
    await insert(database, [{ offset: 401, log_time: daysAgo(401) }]);
    expect(await offsets(database)).toEqual([10, 401]);
    for (const table of ['inputs', 'decisions', 'dead']) {
      expect((await tablesOf(database))[table]).not.toContain(' TTL ');
    }
  });

  test('is not touched where the settings do not speak of it', async () => {
    const database = freshDatabase();
    await migrate(client, { database, retentionDays: 7 });
    await migrate(client, { database });
    expect((await tablesOf(database)).dead).toContain('TTL toDateTime(log_time) + toIntervalDay(7)');
  });

  test.each([
    ['ReplacingMergeTree ORDER BY a SETTINGS b = 1', 7, 'MODIFY TTL toDateTime(log_time) + toIntervalDay(7)'],
    ['ReplacingMergeTree ORDER BY a TTL toDateTime(log_time) + toIntervalDay(7) SETTINGS b = 1', 7, undefined],
    ['ReplacingMergeTree ORDER BY a TTL toDateTime(log_time) + toIntervalDay(7)', 7, undefined],
    [
      'ReplacingMergeTree ORDER BY a TTL toDateTime(log_time) + toIntervalDay(77) SETTINGS b = 1',
      7,
      'MODIFY TTL toDateTime(log_time) + toIntervalDay(7)',
    ],
    ['ReplacingMergeTree ORDER BY a TTL toDateTime(log_time) + toIntervalDay(7) SETTINGS b = 1', -1, 'REMOVE TTL'],
    ['ReplacingMergeTree ORDER BY a SETTINGS b = 1', -1, undefined],
  ])('of %s, wanted %i days: %s', (engine, days, change) => {
    expect(retentionChange(engine, days)).toBe(change);
  });
});

/** The real client, whose commands fail after so many. */
function failingAfter(real: ClickHouseClient, commands: number): ClickHouseClient {
  let left = commands;
  return new Proxy(real, {
    get(target, name, receiver) {
      if (name !== 'command') return Reflect.get(target, name, receiver);
      return async (params: Parameters<ClickHouseClient['command']>[0]) => {
        if (left === 0) throw new Error('cut off');
        left -= 1;
        return target.command(params);
      };
    },
  });
}
