import { TOPIC } from '@haltwire/schemas';
import { MemoryLog } from '@haltwire/schemas/testing';
import { afterAll, describe, expect, test } from 'vitest';
import { openTestChdb } from '../testing/chdb-database.ts';
import { createArchiver } from './archiver.ts';
import { createRollups } from './rollups.ts';
import { migrate } from './schema/migrate.ts';

const chdb = openTestChdb();
const { client, rowsOf, freshDatabase } = chdb;
afterAll(() => chdb.close());

const hour = (n: number): number => Date.UTC(2026, 0, 31, 22 + n);
const verbs = ['read', 'delete', 'delete'] as const;

/** `count` calls and as many decisions, a minute apart from the start of hour `from` on. */
async function fill(log: MemoryLog, count: number, from = 0): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    log.time = hour(from) + n * 60_000;
    const subject = { tenantId: 'default', agentId: n % 2 === 0 ? 'a' : 'b', sessionId: 's', callId: `c${n}` };
    const derived = { effects: [{ verb: verbs[n % 3], destructiveness: 0.5 }], worst: 0 };
    const call = { type: 'call', phase: 'intent', origin: 'sdk', ...subject, derived };
    await log.append(TOPIC.inputs, [
      { key: 'k', value: JSON.stringify(call) },
      { key: 'k', value: '{"type":"tick"}' },
    ]);
    const decision = {
      type: 'decision',
      decisionId: `d${n}`,
      decision: n % 5 === 0 ? 'hold' : 'allow',
      severity: 'low',
      mode: 'enforce',
      cause: 'intent',
    };
    await log.append(TOPIC.decisions, [{ key: 'k', value: JSON.stringify({ ...decision, ...subject }) }]);
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Archives what there is; where it counts, until `total` calls are counted. */
async function archive(source: MemoryLog, database: string, total: number | 'without counting'): Promise<void> {
  const stop = new AbortController();
  const failures: unknown[] = [];
  const archiver = createArchiver({
    source,
    client,
    database,
    lingerMs: 0,
    batchRows: 16,
    backoff: { firstMs: 1, mostMs: 4 },
    rollups: total === 'without counting' ? undefined : { everyMs: 1, settleMs: 0 },
    onFailure: (error) => failures.push(error),
  });
  const running = archiver.run(stop.signal);
  while ((await archiver.lag()).some((lag) => lag.behind > 0)) await turn();
  while (total !== 'without counting' && !(await isCounted(database, total))) await turn();
  stop.abort();
  await running;
  expect(failures).toEqual([]);
}

async function isCounted(database: string, total: number): Promise<boolean> {
  const tables = ['calls_hourly_once', 'decisions_hourly_once'];
  const sums = await Promise.all(
    tables.map((table) => rowsOf<{ total: number }>(`SELECT toUInt32(sum(total)) AS total FROM ${database}.${table}`)),
  );
  return sums.every(([row]) => (row?.total ?? 0) >= total);
}

const byHour = (database: string, table = 'calls_hourly_once') =>
  rowsOf(
    `SELECT toHour(hour) AS hour, toUInt32(sum(total)) AS total FROM ${database}.${table} GROUP BY hour ORDER BY min(${table}.hour)`,
  );

describe('the counts by the hour', () => {
  test('tell who did what, and what was decided', async () => {
    const database = freshDatabase();
    const log = new MemoryLog();
    await fill(log, 90);
    await archive(log, database, 90);
    expect(await byHour(database)).toEqual([
      { hour: 22, total: 60 },
      { hour: 23, total: 30 },
    ]);
    expect(
      await rowsOf(
        `SELECT agent, verb, toUInt32(sum(total)) AS total FROM ${database}.calls_hourly_once GROUP BY ALL ORDER BY ALL`,
      ),
    ).toEqual([
      { agent: 'a', verb: 'delete', total: 30 },
      { agent: 'a', verb: 'read', total: 15 },
      { agent: 'b', verb: 'delete', total: 30 },
      { agent: 'b', verb: 'read', total: 15 },
    ]);
    expect(
      await rowsOf(
        `SELECT decision, toUInt32(sum(total)) AS total FROM ${database}.decisions_hourly_once GROUP BY ALL ORDER BY ALL`,
      ),
    ).toEqual([
      { decision: 'allow', total: 72 },
      { decision: 'hold', total: 18 },
    ]);
  });

  test('do not change when rows are inserted again, or counted again', async () => {
    const database = freshDatabase();
    const log = new MemoryLog();
    await fill(log, 90);
    await archive(log, database, 90);
    await client.command({ query: `SYSTEM STOP MERGES ${database}.inputs` });
    for (let n = 0; n < 3; n += 1)
      await client.command({ query: `INSERT INTO ${database}.inputs SELECT * FROM ${database}.inputs` });
    const [raw] = await rowsOf<{ rows: number }>(`SELECT toUInt32(count()) AS rows FROM ${database}.inputs`);
    expect(raw?.rows).toBe(4 * 180);
    const rollups = createRollups({
      client,
      layout: { database },
      everyMs: 1,
      settleMs: 0,
      onCounted: () => undefined,
    });
    rollups.note(TOPIC.inputs, 0, log.entries(TOPIC.inputs));
    await rollups.count();
    rollups.note(TOPIC.inputs, 0, log.entries(TOPIC.inputs));
    await rollups.count();
    expect(await byHour(database)).toEqual([
      { hour: 22, total: 60 },
      { hour: 23, total: 30 },
    ]);
  });

  test('come out whole when rows were there before anybody counted, as in a database of an older release', async () => {
    const database = freshDatabase();
    const log = new MemoryLog();
    await fill(log, 150);
    await archive(log, database, 'without counting');
    expect(await byHour(database)).toEqual([]);
    await archive(log, database, 150);
    expect(await byHour(database)).toEqual([
      { hour: 22, total: 60 },
      { hour: 23, total: 60 },
      { hour: 0, total: 30 },
    ]);
  });

  test('come out whole when an archiver ended between rows and their count', async () => {
    const database = freshDatabase();
    const log = new MemoryLog();
    await fill(log, 30);
    await archive(log, database, 30);
    await fill(log, 100, 1);
    await archive(log, database, 'without counting');
    expect(await byHour(database)).toEqual([{ hour: 22, total: 30 }]);
    await fill(log, 1, 3);
    await archive(log, database, 131);
    expect(await byHour(database)).toEqual([
      { hour: 22, total: 30 },
      { hour: 23, total: 60 },
      { hour: 0, total: 40 },
      { hour: 1, total: 1 },
    ]);
  });

  test('keep the higher of two counts, so that one who sees fewer rows spoils nothing', async () => {
    const database = freshDatabase();
    const log = new MemoryLog();
    await fill(log, 50);
    await archive(log, database, 50);
    // As after retention, or on a replica that lags.
    await client.command({
      query: `ALTER TABLE ${database}.inputs DELETE WHERE offset > 20 SETTINGS mutations_sync = 2`,
    });
    const rollups = createRollups({
      client,
      layout: { database },
      everyMs: 1,
      settleMs: 0,
      onCounted: () => undefined,
    });
    rollups.note(TOPIC.inputs, 0, log.entries(TOPIC.inputs));
    await rollups.count();
    expect(await byHour(database)).toEqual([{ hour: 22, total: 50 }]);
  });

  test('are taken again while an hour has not settled, and its mark waits', async () => {
    const database = freshDatabase();
    const log = new MemoryLog();
    await fill(log, 90);
    await migrate(client, { database });
    let counted = 0;
    const rollups = createRollups({
      client,
      layout: { database },
      everyMs: 1,
      settleMs: 3_600_000,
      onCounted: () => {
        counted += 1;
      },
    });
    rollups.note(TOPIC.inputs, 0, log.entries(TOPIC.inputs));
    await rollups.count();
    await rollups.count();
    expect(counted).toBe(4);
    expect(await rowsOf(`SELECT toHour(hour) AS hour FROM ${database}.hourly_marks FINAL`)).toEqual([{ hour: 22 }]);
  });
});
