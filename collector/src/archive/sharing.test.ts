import type { ClickHouseClient } from '@clickhouse/client';
import { TOPIC } from '@haltwire/schemas';
import { MemoryLog } from '@haltwire/schemas/testing';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { openTestChdb } from '../testing/chdb-database.ts';
import { MemoryGroup } from '../testing/memory-assignment.ts';
import { createArchiver } from './archiver.ts';

const chdb = openTestChdb();
const { rowsOf, freshDatabase } = chdb;
afterAll(() => chdb.close());

const options = { batchRows: 7, lingerMs: 0, backoff: { firstMs: 1, mostMs: 4 } };
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Appends `count` entries to each of the partitions. */
async function fill(log: MemoryLog, partitions: number, count: number): Promise<void> {
  for (let partition = 0; partition < partitions; partition += 1) {
    const entries = Array.from({ length: count }, (_, n) => ({ key: `k${n}`, value: '{"type":"tick","v":1}' }));
    await log.append(TOPIC.inputs, entries, { partition });
  }
}

/** Starts an archiver of a group. `stop` hands its partitions over and resolves when it has ended. */
function startArchiver(log: MemoryLog, group: MemoryGroup, database: string, client: ClickHouseClient = chdb.client) {
  const stop = new AbortController();
  const archiver = createArchiver({ source: log, client, database, assignment: group.member(), ...options });
  const running = archiver.run(stop.signal);
  return {
    archiver,
    async stop() {
      stop.abort();
      await running;
    },
  };
}

type Once = { partition: number; rows: number; offsets: number; newest: number };

/** What readers see, waiting until every partition is whole. */
async function wholeTable(database: string, partitions: number, count: number): Promise<Once[]> {
  for (;;) {
    const rows = await rowsOf<Once>(
      `SELECT partition, toUInt32(count()) AS rows, toUInt32(uniqExact(offset)) AS offsets, toUInt32(max(offset)) AS newest
       FROM ${database}.inputs_once GROUP BY partition ORDER BY partition`,
    ).catch(() => []);
    if (rows.length === partitions && rows.every(({ offsets }) => offsets === count)) return rows;
    await turn();
  }
}

const whole = (partitions: number, count: number): Once[] =>
  Array.from({ length: partitions }, (_, partition) => ({ partition, rows: count, offsets: count, newest: count - 1 }));

describe('several archivers', () => {
  test('share the partitions, and one that leaves hands its own over', async () => {
    const database = freshDatabase();
    const log = new MemoryLog(4);
    const group = new MemoryGroup(4);
    await fill(log, 4, 50);
    const first = startArchiver(log, group, database);
    while (group.size < 1) await turn();
    const second = startArchiver(log, group, database);
    while (group.size < 2) await turn();
    await wholeTable(database, 4, 50);
    const places = async (one: typeof first) => [...new Set((await one.archiver.lag()).map((lag) => lag.partition))];
    expect([await places(first), await places(second)]).toEqual([
      [0, 2],
      [1, 3],
    ]);
    expect(first.archiver.metrics()['archive.partitions']).toBe(2);
    await first.stop();
    expect(first.archiver.metrics()['archive.partitions']).toBe(0);
    expect(await places(second)).toEqual([0, 1, 2, 3]);
    await fill(log, 4, 50);
    expect(await wholeTable(database, 4, 100)).toEqual(whole(4, 100));
    await second.stop();
  });

  test('say up to where each partition is archived, and never more', async () => {
    const database = freshDatabase();
    const log = new MemoryLog(2);
    const group = new MemoryGroup(2);
    await fill(log, 2, 30);
    const one = startArchiver(log, group, database);
    await wholeTable(database, 2, 30);
    while (group.committed.size < 2 || [...group.committed.values()].some(({ offset }) => offset < 29)) await turn();
    expect(Object.fromEntries(group.committed)).toEqual({
      0: { partition: 0, offset: 29, index: 1 },
      1: { partition: 1, offset: 29, index: 1 },
    });
    await one.stop();
  });

  test('lose nothing, and show nothing twice, however partitions move between them while they work', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('join', 'leave', 'rotate', 'append', 'wait'), { maxLength: 25 }),
        async (steps) => {
          const database = freshDatabase();
          const log = new MemoryLog(3);
          const group = new MemoryGroup(3);
          const members: ReturnType<typeof startArchiver>[] = [];
          const leaving: Promise<void>[] = [];
          let count = 0;
          for (const step of [...steps, 'append', 'join']) {
            if (step === 'join') members.push(startArchiver(log, group, database));
            if (step === 'leave') leaving.push(members.shift()?.stop() ?? Promise.resolve());
            if (step === 'rotate') group.rotate();
            if (step === 'wait') for (let n = 0; n < 20; n += 1) await turn();
            if (step !== 'append') continue;
            await fill(log, 3, 20);
            count += 20;
          }
          expect(await wholeTable(database, 3, count)).toEqual(whole(3, count));
          await Promise.all([...leaving, ...members.map((member) => member.stop())]);
          await chdb.client.command({ query: `DROP DATABASE ${database}` });
        },
      ),
      { numRuns: 12 },
    );
  });

  test('on the same partition at once, one of them with an insert that hangs, show each row once', async () => {
    const database = freshDatabase();
    const log = new MemoryLog(1);
    const group = new MemoryGroup(1);
    await fill(log, 1, 40);
    const hanging = hangingClient(chdb.client);
    const old = startArchiver(log, group, database, hanging.client);
    await hanging.reached;
    const other = startArchiver(log, group, database);
    while (group.size < 2) await turn();
    group.rotate();
    await wholeTable(database, 1, 40);
    // The old archiver's insert arrives long after somebody else has done its work.
    hanging.release();
    await old.stop();
    const [raw] = await rowsOf<{ rows: number }>(`SELECT toUInt32(count()) AS rows FROM ${database}.inputs`);
    expect(raw?.rows).toBeGreaterThan(40);
    expect(await wholeTable(database, 1, 40)).toEqual(whole(1, 40));
    await fill(log, 1, 10);
    expect(await wholeTable(database, 1, 50)).toEqual(whole(1, 50));
    await other.stop();
  });

  test('that asks a replica which lags inserts again, and nothing is there twice', async () => {
    const database = freshDatabase();
    const log = new MemoryLog(1);
    await fill(log, 1, 40);
    const first = startArchiver(log, new MemoryGroup(1), database);
    await wholeTable(database, 1, 40);
    await first.stop();
    await fill(log, 1, 10);
    const second = startArchiver(log, new MemoryGroup(1), database, laggingClient(chdb.client, 12));
    expect(await wholeTable(database, 1, 50)).toEqual(whole(1, 50));
    await second.stop();
    expect(second.archiver.metrics()['archive.rows']).toBe(37);
  });
});

/** The real client, whose second insert into `inputs` waits for the test. */
function hangingClient(real: ClickHouseClient) {
  const reached = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  let inserts = 0;
  const client = new Proxy(real, {
    get(target, name, receiver) {
      if (name !== 'insert') return Reflect.get(target, name, receiver);
      return async (params: Parameters<ClickHouseClient['insert']>[0]) => {
        if (params.table.endsWith('.inputs')) inserts += 1;
        if (inserts === 2) {
          reached.resolve();
          await released.promise;
        }
        return target.insert(params);
      };
    },
  });
  return { client, reached: reached.promise, release: () => released.resolve() };
}

/** The real client, for which the table of inputs ends at `offset`. */
function laggingClient(real: ClickHouseClient, offset: number): ClickHouseClient {
  return new Proxy(real, {
    get(target, name, receiver) {
      if (name !== 'query') return Reflect.get(target, name, receiver);
      return (params: Parameters<ClickHouseClient['query']>[0]) => {
        const query = params.query.replace(/\.inputs\s+WHERE/, (from) => `${from} offset <= ${offset} AND`);
        return target.query({ ...params, query });
      };
    },
  });
}
