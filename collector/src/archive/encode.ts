import { type ArchivedTopic, archivedTopics, type Row, rowOf } from './rows.ts';

/**
 * The columns of each topic's rows, in the order in which they are inserted: those that any record has. Columns of the
 * table beyond them get their defaults.
 */
export const columnsOf = Object.fromEntries(
  archivedTopics.map((topic) => {
    const entry = { position: { partition: 0, offset: 0, index: 0 }, logTime: 0, key: '', value: '{}' };
    return [topic, Object.keys(rowOf(topic, entry))];
  }),
) as unknown as Readonly<Record<ArchivedTopic, readonly [string, ...string[]]>>;

/**
 * One row in ClickHouse's TabSeparated, with its line break. Of the formats that work over HTTP and in chDB alike it costs
 * least (`bench/archive.ts`). A column that the row does not have, or that is null, gets its default.
 */
export function encodeRow(topic: ArchivedTopic, row: Row): string {
  return `${columnsOf[topic].map((column) => encode(row[column])).join('\t')}\n`;
}

function encode(value: unknown): string {
  if (typeof value === 'string') return escaped(value);
  if (value === null || value === undefined) return '\\N';
  if (Array.isArray(value)) return `[${value.map((member) => `'${escaped(String(member))}'`).join(',')}]`;
  return String(value);
}

const escapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\0': '\\0',
  "'": "\\'",
};

function escaped(text: string): string {
  return /[\\\t\n\r\0']/.test(text) ? text.replace(/[\\\t\n\r\0']/g, (character) => escapes[character] ?? '') : text;
}
