import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { ClickHouseClient } from '@clickhouse/client';
import { type LogEntry, TOPIC } from '@haltwire/schemas';
import { columnsOf, encodeRow } from '../src/archive/encode.ts';
import { type Row, rowOf } from '../src/archive/rows.ts';
import { migrate } from '../src/archive/schema/migrate.ts';
import { createStore } from '../src/archive/store.ts';
import { openChdb } from '../src/testing/chdb.ts';

/**
 * What an archived row costs, by the format of the insert: making rows out of records, encoding, and ClickHouse's own work,
 * in turns on the same data and tables. `node --conditions=@haltwire/source collector/bench/archive.ts [rounds]`
 */
const rounds = Number(process.argv[2] ?? 5);
const ROWS = 5000;
const BATCHES = 10;

const folder = mkdtempSync(join(tmpdir(), 'haltwire-bench-archive-'));
const client = openChdb(folder);
const layout = { database: 'bench' };
await migrate(client, layout);

let offset = 0;
function entries(): LogEntry[] {
  return Array.from({ length: ROWS }, () => {
    offset += 1;
    return {
      position: { partition: 0, offset, index: 0 },
      logTime: Date.UTC(2026, 0, 1) + offset,
      key: 'default/deployer',
      value: JSON.stringify(record(offset)),
    };
  });
}

/** About 1 kB, as the collector writes an intent. */
function record(n: number): object {
  return {
    type: 'call',
    v: 1,
    eventId: `evt_${n.toString(16).padStart(32, '0')}`,
    tenantId: 'default',
    agentId: `agent-${n % 20}`,
    rootAgentId: `agent-${n % 20}`,
    sessionId: `session-${n >> 6}`,
    origin: 'sdk',
    producer: 'host-1/4711',
    seq: n % 64,
    phase: 'intent',
    callId: `call_${n.toString(36).padStart(24, '0')}`,
    claimed: {
      tool: { name: 'shell', type: 'function', description: 'Runs a command in the project folder.' },
      arguments: { command: `psql "$DATABASE_URL" -c "select * from orders where id = ${n}" | head -n 20` },
      cwd: '/srv/app',
      digest: 'd'.repeat(64),
      time: Date.UTC(2026, 0, 1) + n,
    },
    observed: { keyId: 'key_1', transport: 'otlp/http+protobuf', bytes: 640, task: { id: 'staging', tokenId: 't1' } },
    derived: {
      effects: [
        {
          verb: 'read',
          resource: 'table',
          system: 'postgres',
          target: { id: 'orders', environment: 'staging' },
          scope: 'item',
          reversibility: 'reversible',
          destructiveness: 0,
          touchesBackups: false,
          evidence: 'select from orders',
          confidence: 0.9,
        },
      ],
      worst: 0,
      readOnly: true,
      credentials: [{ fingerprint: `hwf_${'a'.repeat(32)}`, kind: 'password' }],
      secretsSeen: [],
    },
  };
}

const settings = {
  date_time_input_format: 'basic',
  input_format_parallel_parsing: 0,
  input_format_null_as_default: 1,
  async_insert: 0,
} as const;
const columns = columnsOf[TOPIC.inputs];
const table = 'bench.inputs';
const quoted = columns.map((name) => `\`${name}\``);

type Insert = (rows: readonly Row[], to: ClickHouseClient) => Promise<unknown>;
const formats: Readonly<Record<string, Insert>> = {
  JSONEachRow: (values, to) => to.insert({ table, values, format: 'JSONEachRow', clickhouse_settings: settings }),
  JSONCompactEachRow: (rows, to) => {
    const values = rows.map((row) => columns.map((name) => row[name]));
    return to.insert({
      table: `${table} (${quoted.join(', ')})`,
      values,
      format: 'JSONCompactEachRow',
      clickhouse_settings: settings,
    });
  },
  JSONColumns: (rows, to) => {
    const body = JSON.stringify(Object.fromEntries(columns.map((name) => [name, rows.map((row) => row[name])])));
    return send(to, 'JSONColumns', body);
  },
  JSONCompactColumns: (rows, to) =>
    send(to, 'JSONCompactColumns', JSON.stringify(columns.map((name) => rows.map((row) => row[name])))),
  TabSeparated: (rows, to) => send(to, 'TabSeparated', rows.map((row) => encodeRow(TOPIC.inputs, row)).join('')),
};

async function send(to: ClickHouseClient, format: string, body: string): Promise<void> {
  const query = `INSERT INTO ${table} (${quoted.join(', ')}) FORMAT ${format}`;
  await to.exec({ query, values: Readable.from([body]), clickhouse_settings: settings });
}

/** µs of wall and of processor time (all threads: chDB works in this process) per row. */
async function measure(work: (batch: readonly LogEntry[]) => Promise<unknown>): Promise<{ wall: number; cpu: number }> {
  const batches = Array.from({ length: BATCHES }, entries);
  const cpu = process.cpuUsage();
  const start = performance.now();
  for (const batch of batches) await work(batch);
  const wall = (performance.now() - start) * 1000;
  const used = process.cpuUsage(cpu);
  return { wall: wall / (ROWS * BATCHES), cpu: (used.user + used.system) / (ROWS * BATCHES) };
}

const median = (numbers: readonly number[]): number => [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? 0;
const store = createStore({
  client,
  layout,
  topic: TOPIC.inputs,
  partition: 0,
  onUnfit: () => undefined,
  onInsert: () => undefined,
});
const candidates: Readonly<Record<string, (batch: readonly LogEntry[]) => Promise<unknown>>> = {
  'rows only, no insert': async (batch) => batch.map((entry) => rowOf(TOPIC.inputs, entry)),
  ...Object.fromEntries(
    Object.entries(formats).map(([name, insert]) => [
      name,
      (batch: readonly LogEntry[]) =>
        insert(
          batch.map((entry) => rowOf(TOPIC.inputs, entry)),
          client,
        ),
    ]),
  ),
  'the archiver’s store': (batch) => store.insert(batch),
};
const results = new Map<string, { wall: number; cpu: number }[]>();
for (const work of Object.values(candidates)) await work(entries());
for (let round = 0; round < rounds; round += 1) {
  for (const [name, work] of Object.entries(candidates))
    results.set(name, [...(results.get(name) ?? []), await measure(work)]);
}
console.log(`${ROWS} rows per insert, ${rounds} rounds of ${ROWS * BATCHES} rows in turns; µs per row, median`);
for (const [name, runs] of results) {
  const [wall, cpu] = [median(runs.map((run) => run.wall)), median(runs.map((run) => run.cpu))];
  console.log(`${name.padEnd(24)} wall ${wall.toFixed(1).padStart(6)}   processor ${cpu.toFixed(1).padStart(6)}`);
}
await client.close();
rmSync(folder, { recursive: true, force: true });
