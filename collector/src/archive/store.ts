import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import type { ClickHouseClient, ClickHouseSettings } from '@clickhouse/client';
import type { LogEntry, Position } from '@haltwire/schemas';
import { columnsOf, encodeRow } from './encode.ts';
import { type ArchivedTopic, bareRow, rowOf, tableOf } from './rows.ts';
import type { Layout } from './schema/layout.ts';

/** One table of the archive as one partition's archiver sees it. */
export interface Store {
  /**
   * The last position that is in ClickHouse; undefined when there is none. Repeated rows do not change it. A replica that
   * lags answers a lower one, which only means that rows are inserted again.
   */
  last(): Promise<Position | undefined>;
  /** Inserts entries in order. When it rejects, a prefix of them may be there. */
  insert(entries: readonly LogEntry[]): Promise<void>;
}

/** Largest insert, characters of records: one block, so that it is there as a whole or not at all. */
export const MAX_INSERT_CHARS = 16 * 1024 * 1024;

/** What a store is made of. */
export interface StoreParts {
  readonly client: ClickHouseClient;
  readonly layout: Layout;
  readonly topic: ArchivedTopic;
  readonly partition: number;
  /** Called per record that did not fit its table's columns. */
  readonly onUnfit: () => void;
  /** Called per insert that ClickHouse has acknowledged. */
  readonly onInsert: () => void;
}

/** The archive of one topic's partition. */
export function createStore({ client, layout, topic, partition, onUnfit, onInsert }: StoreParts): Store {
  const table = `${layout.database}.${tableOf[topic]}`;
  const settings = insertSettings(layout);
  const insertRows = async (rows: readonly string[]): Promise<void> => {
    await client.insert({
      table,
      columns: [...columnsOf[topic]],
      values: Readable.from(rows, { objectMode: false }),
      format: 'TabSeparated',
      clickhouse_settings: settings,
    });
    onInsert();
  };
  return {
    async last() {
      const answer = await client.query({
        query: `SELECT offset, \`index\` FROM ${table}
          WHERE topic = {topic: String} AND partition = {partition: UInt32}
          ORDER BY topic DESC, partition DESC, offset DESC, \`index\` DESC LIMIT 1`,
        query_params: { topic, partition },
        format: 'JSONEachRow',
      });
      const [row] = await answer.json<{ offset: string | number; index: string | number }>();
      return row === undefined ? undefined : { partition, offset: Number(row.offset), index: Number(row.index) };
    },
    async insert(entries) {
      for (const block of blocksOf(entries)) {
        try {
          await insertRows(await rowsOf(topic, block));
        } catch (error) {
          if (!isUnfit(error)) throw error;
          await insertSingly(topic, block, insertRows, onUnfit);
        }
      }
    },
  };
}

function insertSettings({ replication }: Layout): ClickHouseSettings {
  return {
    date_time_input_format: 'basic',
    input_format_parallel_parsing: 0,
    input_format_null_as_default: 1,
    async_insert: 0,
    // Acknowledged rows survive the loss of a replica, and nobody goes on after a row that may yet vanish. ClickHouse's
    // own memory of repeated blocks is off: it would swallow rows that are brought back after they were removed.
    ...(replication === undefined ? {} : { insert_quorum: 'auto', insert_deduplicate: 0 }),
  };
}

/** Rows that are made before other work gets a turn: in a shared process, no verdict waits for the archive. */
const TURN_ROWS = 32;

async function rowsOf(topic: ArchivedTopic, block: readonly LogEntry[]): Promise<string[]> {
  const rows: string[] = [];
  let lines = '';
  let count = 0;
  for (const entry of block) {
    lines += encodeRow(topic, rowOf(topic, entry));
    count += 1;
    if (count % TURN_ROWS !== 0) continue;
    rows.push(lines);
    lines = '';
    await turn();
  }
  return lines === '' ? rows : [...rows, lines];
}

/** One record that ClickHouse cannot read must not hold up the others: it is kept as text. */
async function insertSingly(
  topic: ArchivedTopic,
  block: readonly LogEntry[],
  insertRows: (rows: readonly string[]) => Promise<void>,
  onUnfit: () => void,
): Promise<void> {
  for (const entry of block) {
    try {
      await insertRows([encodeRow(topic, rowOf(topic, entry))]);
    } catch (error) {
      if (!isUnfit(error)) throw error;
      onUnfit();
      await insertRows([encodeRow(topic, bareRow(topic, entry))]);
    }
  }
}

/** The data is at fault, not the server. By its type: chDB throws a ClickHouseError of another package than the client's. */
function isUnfit(error: unknown): boolean {
  const type = error instanceof Error && 'type' in error ? String(error.type) : '';
  return /^CANNOT_PARSE|^INCORRECT_DATA$|^TYPE_MISMATCH$|OUT_OF_(?:BOUND|RANGE)|^UNKNOWN_ELEMENT_OF_ENUM$|^TOO_LARGE_STRING_SIZE$/.test(
    type,
  );
}

/** Cuts entries where the month changes (another ClickHouse partition) and where a block would become too large. */
function* blocksOf(entries: readonly LogEntry[]): Generator<readonly LogEntry[]> {
  let block: LogEntry[] = [];
  let chars = 0;
  for (const entry of entries) {
    const first = block[0];
    if (first !== undefined && (chars + entry.value.length > MAX_INSERT_CHARS || monthOf(first) !== monthOf(entry))) {
      yield block;
      block = [];
      chars = 0;
    }
    block.push(entry);
    chars += entry.value.length;
  }
  if (block.length > 0) yield block;
}

function monthOf(entry: LogEntry): string {
  return new Date(entry.logTime).toISOString().slice(0, 7);
}
