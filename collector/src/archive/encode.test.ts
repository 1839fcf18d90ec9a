import { type LogEntry, TOPIC } from '@haltwire/schemas';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { openTestChdb } from '../testing/chdb-database.ts';
import { columnsOf, encodeRow } from './encode.ts';
import { archivedTopics, rowOf, tableOf } from './rows.ts';
import { migrate } from './schema/migrate.ts';
import { createStore } from './store.ts';

const chdb = openTestChdb();
const { client, rowsOf } = chdb;
const layout = { database: 'encoded' };
afterAll(() => chdb.close());

const entryOf = (offset: number, record: unknown): LogEntry => ({
  position: { partition: 0, offset, index: 0 },
  logTime: Date.UTC(2026, 0, 1),
  key: 'k',
  value: JSON.stringify(record),
});

describe('an encoded row', () => {
  test('names columns that the tables have', async () => {
    await migrate(client, layout);
    for (const topic of archivedTopics) {
      const there = await rowsOf<{ name: string }>(`DESCRIBE ${layout.database}.${tableOf[topic]}`);
      expect(there.map(({ name }) => name)).toEqual(expect.arrayContaining([...columnsOf[topic]]));
    }
  });

  test('is one line, whatever it holds', () => {
    const row = encodeRow(TOPIC.dead, rowOf(TOPIC.dead, entryOf(1, { reason: 'a\nb\tc', message: "\\'\0\r" })));
    expect(row.split('\n')).toHaveLength(2);
    expect(row.split('\t')).toHaveLength(columnsOf[TOPIC.dead].length);
  });

  test('comes out of ClickHouse as it went in', async () => {
    await migrate(client, layout);
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc.string({
        unit: fc.constantFrom('\\', "'", '"', '\t', '\n', '\r', '\0', '\b', 'N', '[', ']', ',', '\ud800', 'é', '😀'),
      }),
    );
    const record = fc.record({
      agentId: text,
      seq: fc.option(fc.nat()),
      derived: fc.record({
        readOnly: fc.boolean(),
        credentials: fc.array(fc.record({ fingerprint: text }), { maxLength: 4 }),
        effects: fc.array(fc.record({ verb: text, destructiveness: fc.double({ min: 0, max: 1, noNaN: true }) }), {
          minLength: 1,
          maxLength: 3,
        }),
        worst: fc.constant(0),
      }),
      claimed: fc.record({ tool: fc.record({ name: text }) }),
    });
    let offset = 0;
    const store = createStore({
      client,
      layout,
      topic: TOPIC.inputs,
      partition: 0,
      onUnfit: () => expect.unreachable(),
      onInsert: () => undefined,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 40 }), async (records) => {
        const entries = records.map((one) => {
          offset += 1;
          return entryOf(offset, one);
        });
        await store.insert(entries);
        const names = [
          'agent',
          'seq',
          'read_only',
          'credentials',
          'verbs',
          'worst_verb',
          'worst_destructiveness',
          'tool',
          'record',
        ];
        const rows = await rowsOf<Record<string, unknown>>(
          `SELECT ${names.join(', ')} FROM encoded.inputs WHERE offset > ${offset - entries.length} ORDER BY offset`,
        );
        const expected = entries.map((entry) => {
          const row = rowOf(TOPIC.inputs, entry);
          return Object.fromEntries(names.map((name) => [name, row[name]]));
        });
        const rounded = (row: Record<string, unknown>) => ({
          ...row,
          seq: row.seq === null ? null : Number(row.seq),
          worst_destructiveness: Math.fround(Number(row.worst_destructiveness)),
        });
        expect(rows.map(rounded)).toEqual(expected.map(rounded));
      }),
      { numRuns: 40 },
    );
  });
});
