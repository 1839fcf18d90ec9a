import { createReadStream, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';

/** One line of a data file. */
export type Row = Readonly<Record<string, unknown>>;

/**
 * The files of a set: `NAME.<anything>.jsonl`, plain or `.gz`; a name that ends in `*` may go on before the first dot.
 *
 * @throws Error when the folder does not exist.
 */
export function filesOf(folder: string, name: string): string[] {
  if (!existsSync(folder)) throw new Error(`there is no folder ${folder}; --data names the folder of the data files`);
  const stem = name.endsWith('*') ? `${name.slice(0, -1)}[^.]*` : name;
  const pattern = new RegExp(`^${stem}(?:\\.[^/]+)?\\.jsonl(?:\\.gz)?$`);
  return readdirSync(folder)
    .filter((file) => pattern.test(file))
    .sort()
    .map((file) => join(folder, file));
}

/**
 * The rows of a JSON-lines file, plain or gzip.
 *
 * @throws Error naming file and line of what is no JSON object.
 */
export async function* rowsOf(file: string): AsyncGenerator<Row> {
  const bytes = createReadStream(file);
  const input = file.endsWith('.gz') ? bytes.pipe(createGunzip()) : bytes;
  let line = 0;
  for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    line += 1;
    if (text.trim() !== '') yield parse(text, `${file}:${line}`);
  }
}

function parse(text: string, place: string): Row {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error(`${place} is no JSON`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`${place} is no JSON object`);
  return value as Row;
}

/** A text member of a row; empty when it has none. */
export function textOf(row: Row, member: string): string {
  const value = row[member];
  return typeof value === 'string' ? value : value === undefined || value === null ? '' : String(value);
}

/** The objects in a list member of a row. */
export function listOf(row: Row, member: string): Row[] {
  const value = row[member];
  return Array.isArray(value) ? value.filter((one): one is Row => typeof one === 'object' && one !== null) : [];
}
