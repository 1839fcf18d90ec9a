import { createReadStream, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { comparePositions, HaltwireError, type LogEntry, type Position } from '@haltwire/schemas';
import { z } from 'zod';
import { UsageError } from '../cli/command.ts';
import type { RecordedLog } from './recorded-log.ts';

const place = z.number().int().min(0);
const entrySchema = z.object({
  position: z.object({ partition: place, offset: place, index: place }),
  logTime: z.number(),
  key: z.string().default(''),
  value: z.string(),
});
const bareSchema = z.looseObject({
  type: z.string(),
  claimed: z.looseObject({ time: z.number().optional() }).optional(),
});

const BATCH = 512;

/** A log entry as one line of NDJSON; `fileLog` reads it back. */
export function lineOf({ position, logTime, key, value }: LogEntry): string {
  return `${JSON.stringify({ position, logTime, key, value })}\n`;
}

/**
 * Recorded inputs in a file: on each line a log entry (`{position, logTime, key, value}`, as `--export` writes it) or a bare
 * record, which takes its time from its sender and its place from its line.
 *
 * Reading throws `HALTWIRE_BAD_REQUEST` naming file and line where that is neither, or out of order.
 */
export function fileLog(path: string): RecordedLog {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined || !stat.isFile()) throw new UsageError(`${path} cannot be read: check the path.`);
  return {
    name: path,
    total: stat.size,
    unit: 'bytes',
    async *batches(onRead = () => {}) {
      const reader = new LineReader(path);
      const stream = createReadStream(path);
      let batch: LogEntry[] = [];
      for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
        const entry = reader.read(line);
        if (entry !== undefined) batch.push(entry);
        if (batch.length < BATCH) continue;
        yield batch;
        onRead(stream.bytesRead);
        batch = [];
      }
      if (batch.length > 0) yield batch;
      onRead(stat.size);
    },
    decisions: () => undefined,
    close: async () => {},
  };
}

class LineReader {
  readonly #path: string;
  readonly #newest = new Map<number, Position>();
  #line = 0;
  #time = 0;

  constructor(path: string) {
    this.#path = path;
  }

  read(text: string): LogEntry | undefined {
    this.#line += 1;
    if (text.trim() === '') return undefined;
    const value = this.#json(text);
    const entry = entrySchema.safeParse(value);
    if (entry.success) return this.#inOrder(entry.data);
    const bare = bareSchema.safeParse(value);
    if (!bare.success) throw this.#fault('is neither a log entry {position, logTime, value} nor a record {type, …}');
    this.#time = Math.max(this.#time, bare.data.claimed?.time ?? 0);
    const position = { partition: 0, offset: this.#line - 1, index: 0 };
    return this.#inOrder({ position, logTime: this.#time, key: '', value: text });
  }

  #inOrder(entry: LogEntry): LogEntry {
    const { position } = entry;
    const before = this.#newest.get(position.partition);
    if (before !== undefined && comparePositions(before, position) >= 0)
      throw this.#fault(`is out of order: partition ${position.partition} was at offset ${before.offset} already`);
    this.#newest.set(position.partition, position);
    return entry;
  }

  #json(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch {
      throw this.#fault('is not JSON');
    }
  }

  #fault(what: string): HaltwireError {
    return new HaltwireError('HALTWIRE_BAD_REQUEST', `${this.#path}:${this.#line} ${what}.`);
  }
}
