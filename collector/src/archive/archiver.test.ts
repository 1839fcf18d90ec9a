import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import consumers from 'node:stream/consumers';
import type { ClickHouseClient } from '@clickhouse/client';
import { HaltwireError, TOPIC } from '@haltwire/schemas';
import { MemoryLog } from '@haltwire/schemas/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { openChdb } from '../testing/chdb.ts';
import { type Archiver, createArchiver } from './archiver.ts';
import { migrate } from './schema/migrate.ts';

const folder = mkdtempSync(join(tmpdir(), 'haltwire-archive-'));
const client = openChdb(join(folder, 'main'));
const backoff = { firstMs: 1, mostMs: 4 };

afterAll(async () => {
  await client.close();
  rmSync(folder, { recursive: true, force: true });
});

let databases = 0;
/** A database of its own per test: chDB has one folder per process. */
function freshDatabase(): string {
  databases += 1;
  return `archive_${databases}`;
}

async function rowsOf<T>(query: string): Promise<T[]> {
  return (await client.query({ query, format: 'JSONEachRow' })).json<T>();
}

/** Runs an archiver until nothing is left to archive. */
async function drain(archiver: Archiver): Promise<void> {
  const stop = new AbortController();
  const running = archiver.run(stop.signal);
  while ((await archiver.lag()).some((lag) => lag.behind > 0)) await new Promise((resolve) => setImmediate(resolve));
  stop.abort();
  await running;
}

const call = {
  type: 'call',
  v: 1,
  eventId: 'evt_1',
  tenantId: 'default',
  agentId: 'deployer',
  rootAgentId: 'deployer',
  sessionId: 's1',
  origin: 'sdk',
  producer: 'p1',
  seq: 3,
  phase: 'intent',
  callId: 'c1',
  claimed: { tool: { name: 'shell' }, digest: 'd'.repeat(64) },
  observed: { keyId: 'k1', transport: 'otlp/http+json', bytes: 321, task: { id: 'staging', tokenId: 't' } },
  derived: {
    effects: [
      { verb: 'read', resource: 'file', system: 'filesystem', target: { path: '/a' }, destructiveness: 0 },
      { verb: 'delete', resource: 'volume', system: 'railway', target: { id: 'vol_1' }, destructiveness: 1 },
    ],
    worst: 1,
    readOnly: false,
    credentials: [{ fingerprint: `hwf_${'a'.repeat(32)}`, kind: 'token' }],
    secretsSeen: [],
  },
};

async function fill(log: MemoryLog, count: number, from = 0): Promise<void> {
  const numbers = Array.from({ length: count }, (_, n) => ({
    key: 'k',
    value: JSON.stringify({ type: 'tick', v: 1, n: from + n }),
  }));
  await log.append(TOPIC.inputs, numbers);
}

describe('the archiver', () => {
  it('writes each topic into its table with the columns that people ask for', async () => {
    const database = freshDatabase();
    const log = new MemoryLog();
    log.time = Date.UTC(2026, 0, 1);
    await log.append(TOPIC.inputs, [{ key: 'k', value: JSON.stringify(call) }]);
    const decision = {
      type: 'decision',
      decisionId: 'dec_1',
      decision: 'kill',
      severity: 'critical',
      title: 'é',
      sessionId: 's1',
      effects: call.derived.effects,
      invariants: [{ name: 'credential-not-found' }],
    };
    await log.append(TOPIC.decisions, [{ key: 'k', value: JSON.stringify(decision) }]);
    await log.append(TOPIC.dead, [
      { key: 'k', value: JSON.stringify({ type: 'dead-letter', reason: 'missing-field', message: 'm' }) },
    ]);
    await drain(createArchiver({ source: log, client, database, lingerMs: 0, backoff }));
    const [input] = await rowsOf<Record<string, unknown>>(`SELECT * FROM ${database}.inputs_once`);
    expect(input).toMatchObject({
      topic: 'agent.inputs',
      log_time: '2026-01-01 00:00:00.000',
      agent: 'deployer',
      session: 's1',
      call: 'c1',
      phase: 'intent',
      tool: 'shell',
      worst_verb: 'delete',
      worst_resource: 'volume',
      worst_target: 'vol_1',
      verbs: ['read', 'delete'],
      credentials: [`hwf_${'a'.repeat(32)}`],
      task: 'staging',
    });
    expect(JSON.parse(String(input?.record))).toEqual(call);
    expect(
      await rowsOf(`SELECT decision, severity, title, invariants, worst_verb FROM ${database}.decisions_once`),
    ).toEqual([
      {
        decision: 'kill',
        severity: 'critical',
        title: 'é',
        invariants: ['credential-not-found'],
        worst_verb: 'delete',
      },
    ]);
    expect(await rowsOf(`SELECT reason FROM ${database}.dead_once`)).toEqual([{ reason: 'missing-field' }]);
  });

  it('goes on where the tables end, and inserts nothing twice', async () => {
    const database = freshDatabase();
    const log = new MemoryLog();
    await fill(log, 120);
    await drain(createArchiver({ source: log, client, database, batchRows: 50, lingerMs: 0, backoff }));
    await fill(log, 30, 120);
    await drain(createArchiver({ source: log, client, database, batchRows: 50, lingerMs: 0, backoff }));
    expect(
      await rowsOf(`SELECT toUInt32(count()) AS rows, toUInt32(uniqExact(offset)) AS offsets FROM ${database}.inputs`),
    ).toEqual([{ rows: 150, offsets: 150 }]);
  });

  it('shows a row that was inserted twice once', async () => {
    const database = freshDatabase();
    const log = new MemoryLog();
    await fill(log, 10);
    await drain(createArchiver({ source: log, client, database, lingerMs: 0, backoff }));
    await client.command({ query: `INSERT INTO ${database}.inputs SELECT * FROM ${database}.inputs` });
    expect(await rowsOf(`SELECT toUInt32(count()) AS rows FROM ${database}.inputs_once`)).toEqual([{ rows: 10 }]);
  });

  it('keeps its place while ClickHouse fails, shows the lag, and catches up without gap or duplicate', async () => {
    const database = freshDatabase();
    const log = new MemoryLog();
    await fill(log, 200);
    const flaky = failingClient(client, 7);
    const failures: unknown[] = [];
    const archiver = createArchiver({
      source: log,
      client: flaky,
      database,
      batchRows: 40,
      lingerMs: 0,
      backoff,
      onFailure: (error) => failures.push(error),
    });
    expect((await archiver.lag())[0]).toMatchObject({ topic: TOPIC.inputs, behind: 200, archived: undefined });
    await drain(archiver);
    expect(failures).toHaveLength(7);
    expect(archiver.metrics()).toMatchObject({ 'archive.rows': 200, 'archive.failures': 7 });
    expect(
      await rowsOf(`SELECT toUInt32(count()) AS rows, toUInt32(uniqExact(offset)) AS offsets FROM ${database}.inputs`),
    ).toEqual([{ rows: 200, offsets: 200 }]);
  });

  it('goes on when the log comes back', async () => {
    const database = freshDatabase();
    const log = new MemoryLog();
    await fill(log, 20);
    log.failing = true;
    const stop = new AbortController();
    const failed = Promise.withResolvers<void>();
    const archiver = createArchiver({
      source: log,
      client,
      database,
      lingerMs: 0,
      backoff,
      onFailure: () => failed.resolve(),
    });
    const running = archiver.run(stop.signal);
    await failed.promise;
    log.failing = false;
    while ((await archiver.lag()).some((lag) => lag.behind > 0)) await new Promise((resolve) => setImmediate(resolve));
    stop.abort();
    await running;
    expect(archiver.metrics()['archive.rows']).toBe(20);
  });

  it('keeps records that are not JSON, not objects, or hold lone surrogates, as text', async () => {
    const database = freshDatabase();
    const log = new MemoryLog();
    const values = [
      'not json',
      '[1,2]',
      '"\ud800"',
      '{"type":"call","agentId":"\\ud800","seq":-1,"derived":{"worst":99}}',
      '',
    ];
    await log.append(
      TOPIC.inputs,
      values.map((value) => ({ key: 'k', value })),
    );
    await drain(createArchiver({ source: log, client, database, lingerMs: 0, backoff }));
    const records = await rowsOf<{ record: string }>(`SELECT record FROM ${database}.inputs ORDER BY offset`);
    expect(records.map((row) => row.record)).toEqual(values.map((value) => value.toWellFormed()));
  });

  it('keeps a record that does not fit the columns as text, and the others go on', async () => {
    const database = freshDatabase();
    const log = new MemoryLog();
    await migrate(client, { database });
    // An operator has made a column narrower.
    await client.command({ query: `ALTER TABLE ${database}.inputs MODIFY COLUMN type Enum8('' = 0, 'tick' = 1)` });
    await fill(log, 1);
    await log.append(TOPIC.inputs, [{ key: 'k', value: JSON.stringify(call) }]);
    await fill(log, 3, 1);
    const archiver = createArchiver({ source: log, client, database, lingerMs: 0, backoff });
    await drain(archiver);
    expect(archiver.metrics()).toMatchObject({ 'archive.rows': 5, 'archive.unfit_rows': 1, 'archive.failures': 0 });
    expect(await rowsOf(`SELECT type, agent, record FROM ${database}.inputs WHERE offset = 1`)).toEqual([
      { type: '', agent: '', record: JSON.stringify(call) },
    ]);
    expect(await rowsOf(`SELECT toUInt32(count()) AS rows FROM ${database}.inputs_once`)).toEqual([{ rows: 5 }]);
  });

  it('never holds more than a few large records, and inserts them in bounded batches', async () => {
    const database = freshDatabase();
    const log = new MemoryLog();
    const inserts: number[] = [];
    const large = 'x'.repeat(5 * 1024 * 1024);
    const entries = Array.from({ length: 9 }, () => ({ key: 'k', value: JSON.stringify({ type: 'tick', large }) }));
    for (const entry of entries) await log.append(TOPIC.inputs, [entry]);
    await drain(
      createArchiver({ source: log, client: countingClient(client, inserts), database, lingerMs: 50, backoff }),
    );
    expect(inserts.reduce((sum, rows) => sum + rows, 0)).toBe(9);
    expect(Math.max(...inserts)).toBeLessThanOrEqual(3);
  });

  it('inserts over the turn of a month in order', async () => {
    const database = freshDatabase();
    const log = new MemoryLog();
    log.time = Date.UTC(2026, 0, 31, 23, 59, 55);
    await fill(log, 10);
    await drain(createArchiver({ source: log, client, database, lingerMs: 0, backoff }));
    expect(
      await rowsOf(
        `SELECT toYYYYMM(log_time) AS month, toUInt32(count()) AS rows FROM ${database}.inputs GROUP BY month ORDER BY month`,
      ),
    ).toEqual([
      { month: 202601, rows: 5 },
      { month: 202602, rows: 5 },
    ]);
  });

  it('gathers what arrives in small pieces into one insert', async () => {
    const database = freshDatabase();
    const log = new MemoryLog();
    const inserts: number[] = [];
    const counting = countingClient(client, inserts);
    const stop = new AbortController();
    // The wait is far longer than the test: the batch leaves because it is full.
    const archiver = createArchiver({
      source: log,
      client: counting,
      database,
      batchRows: 30,
      lingerMs: 600_000,
      backoff,
    });
    const running = archiver.run(stop.signal);
    for (let n = 0; n < 30; n += 1) await fill(log, 1, n);
    while ((archiver.metrics()['archive.rows'] ?? 0) < 30) await new Promise((resolve) => setImmediate(resolve));
    stop.abort();
    await running;
    expect(inserts).toEqual([30]);
  });

  it('refuses a database name that would be SQL', () => {
    expect(() => createArchiver({ source: new MemoryLog(), client, database: 'a; DROP' })).toThrow(/database is wrong/);
  });

  it('loses and repeats nothing when its process is killed in the middle of inserts', async () => {
    const path = join(folder, 'killed');
    const count = 3000;
    let killed = 0;
    // Killed after 0, 1, 2 … progress lines, so also while the tables are being made.
    for (const lines of [0, 1, 2, 3, 5, 8]) {
      const child = startArchiving(path, count);
      let seen = 0;
      for await (const line of createInterface({ input: child.stdout })) {
        expect(line).not.toMatch(/^failure/);
        if (seen >= lines) break;
        seen += 1;
      }
      child.kill('SIGKILL');
      const [, signal] =
        child.exitCode === null && child.signalCode === null ? await once(child, 'exit') : [null, child.signalCode];
      if (signal === 'SIGKILL') killed += 1;
    }
    expect(killed).toBeGreaterThan(3);
    const child = startArchiving(path, count);
    let result = '';
    for await (const line of createInterface({ input: child.stdout }))
      if (line.startsWith('result ')) result = line.slice(7);
    const { rows, offsets, newest } = JSON.parse(result) as Record<string, string | number>;
    expect([rows, offsets, newest].map(Number)).toEqual([count, count, count - 1]);
  });
});

function startArchiving(path: string, count: number) {
  const script = join(import.meta.dirname, '..', 'testing', 'archive-process.ts');
  return spawn(process.execPath, ['--conditions=@haltwire/source', script, path, String(count)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** The real client whose first inserts into `inputs` fail. */
function failingClient(real: ClickHouseClient, times: number): ClickHouseClient {
  let left = times;
  return new Proxy(real, {
    get(target, name, receiver) {
      if (name !== 'insert') return Reflect.get(target, name, receiver);
      return async (params: Parameters<ClickHouseClient['insert']>[0]) => {
        if (left > 0 && params.table.endsWith('.inputs')) {
          left -= 1;
          throw new HaltwireError('HALTWIRE_STORAGE', 'connection refused');
        }
        return target.insert(params);
      };
    },
  });
}

function countingClient(real: ClickHouseClient, inserts: number[]): ClickHouseClient {
  return new Proxy(real, {
    get(target, name, receiver) {
      if (name !== 'insert') return Reflect.get(target, name, receiver);
      return async (params: Parameters<ClickHouseClient['insert']>[0]) => {
        if (!params.table.endsWith('.inputs')) return target.insert(params);
        const text = await consumers.text(params.values as Readable);
        inserts.push(text.split('\n').length - 1);
        return target.insert({ ...params, values: Readable.from([text], { objectMode: false }) });
      };
    },
  });
}
