import { HaltwireError, type Position, type SnapshotEntry } from '@haltwire/schemas';
import { describe, expect, it } from 'vitest';
import { silentLogger } from '../logger.ts';
import { SteadyWriter } from './steady-writer.ts';

/** A log that takes appends up to a size, and can be away. */
class SmallLog {
  readonly taken: string[] = [];
  away = false;
  readonly #most: number;

  constructor(most = Number.POSITIVE_INFINITY) {
    this.#most = most;
  }

  append = async (entries: readonly SnapshotEntry[]): Promise<readonly Position[]> => {
    const size = entries.reduce((sum, { key, value }) => sum + key.length + (value?.length ?? 0), 0);
    if (size > this.#most) throw new HaltwireError('HALTWIRE_TOO_LARGE', 'too large');
    if (this.away) throw new HaltwireError('HALTWIRE_UNAVAILABLE', 'away');
    this.taken.push(...entries.map(({ value }) => value ?? ''));
    return entries.map((_, index) => ({ partition: 0, offset: this.taken.length - 1, index }));
  };
}

const writerOn = (log: SmallLog) =>
  new SteadyWriter(log, { name: 'test', logger: silentLogger, onWritten: () => {}, onFenced: () => {}, retryMs: 1 });
const entry = (value: string): SnapshotEntry[] => [{ key: 'k', value }];

describe('a steady writer', () => {
  it('cuts what the log does not take at once into smaller appends, and loses and repeats nothing', async () => {
    const log = new SmallLog(40);
    const writer = writerOn(log);
    const values = Array.from({ length: 50 }, (_, n) => `value-${n}`);
    for (const value of values) writer.push(entry(value));
    await writer.flushed();
    expect(log.taken).toEqual(values);
    expect(writer.waitingChars).toBe(0);
  });

  it('forgets what waits when it is told to, but not what is under way', async () => {
    const log = new SmallLog();
    log.away = true;
    const writer = writerOn(log);
    writer.push(entry('under way'));
    await new Promise(setImmediate);
    writer.push(entry('waits'));
    writer.push(entry('waits too'));
    expect(writer.dropWaiting()).toBe(2);
    writer.push(entry('later'));
    log.away = false;
    await writer.flushed();
    expect(log.taken).toEqual(['under way', 'later']);
    expect(writer.waitingChars).toBe(0);
  });
});
