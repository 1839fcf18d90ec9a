import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TOPIC } from '@haltwire/schemas';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { decodeEntry, encodeEntry } from './codec.ts';
import { openLog } from './open-log.ts';

// What every driver must keep is in test/src/conformance; here is what only this one has.
describe('the embedded log', () => {
  let path: string;
  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), 'haltwire-open-'));
  });
  afterEach(() => rmSync(path, { recursive: true, force: true }));

  test('appends that come while the disk is busy share one commit', async () => {
    const log = openLog({ path });
    const appends = Array.from({ length: 500 }, (_, n) => log.sink.append(TOPIC.inputs, [{ key: 'a', value: `${n}` }]));
    await Promise.all(appends);
    expect(log.stats().ends[TOPIC.inputs]).toBe(500);
    expect(log.stats().commits).toBeLessThan(10);
    await log.close();
  });

  test('decisions go to the disk with the next input, in one commit; nothing waits for a flush of their own', async () => {
    const log = openLog({ path });
    const order: string[] = [];
    const append = (topic: typeof TOPIC.inputs | typeof TOPIC.decisions, value: string) =>
      log.sink.append(topic, [{ key: 'a', value }]).then(() => order.push(value));
    await Promise.all([append(TOPIC.decisions, 'decision'), append(TOPIC.inputs, 'input')]);
    expect(order).toEqual(['decision', 'input']);
    expect(log.stats().commits).toBe(1);
    await log.close();
  });

  test('decisions reach the disk though no input follows them, and when the log is closed', async () => {
    const log = openLog({ path });
    await log.sink.append(TOPIC.decisions, [{ key: 'a', value: 'alone' }]);
    const last = log.sink.append(TOPIC.decisions, [{ key: 'a', value: 'at the end' }]);
    await log.close();
    expect(await last).toEqual([{ partition: 0, offset: 1, index: 0 }]);
  });

  test('a reader in no hurry gets in one batch what came in while the log gathered', async () => {
    const log = openLog({ path });
    const stop = new AbortController();
    const reader = log.source.read(TOPIC.inputs, 0, { gatherMs: 500, signal: stop.signal })[Symbol.asyncIterator]();
    const batch = reader.next();
    await log.sink.append(TOPIC.inputs, [{ key: 'a', value: 'first' }]);
    await log.sink.append(TOPIC.inputs, [{ key: 'a', value: 'second' }]);
    expect((await batch).value?.map((entry: { value: string }) => entry.value)).toEqual(['first', 'second']);
    // Its signal ends the gathering too.
    const ended = reader.next();
    await log.sink.append(TOPIC.inputs, [{ key: 'a', value: 'third' }]);
    stop.abort();
    expect((await ended).done).toBe(true);
    await log.close();
  });

  test('when too much waits for the disk, the next append is turned away and the earlier ones are kept', async () => {
    const log = openLog({ path, maxQueuedBytes: 1000 });
    const value = 'x'.repeat(400);
    const results = await Promise.allSettled(
      Array.from({ length: 6 }, () => log.sink.append(TOPIC.inputs, [{ key: 'a', value }])),
    );
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    for (const { reason } of refused) expect(reason).toMatchObject({ code: 'HALTWIRE_UNAVAILABLE' });
    expect(log.stats().ends[TOPIC.inputs]).toBe(6 - refused.length);
    await log.sink.append(TOPIC.inputs, [{ key: 'a', value }]);
    await log.close();
  });

  test('a value that is too large names the limit and harms nothing', async () => {
    const log = openLog({ path });
    const value = 'x'.repeat(64 * 1024 * 1024 + 1);
    await expect(log.sink.append(TOPIC.inputs, [{ key: 'a', value }])).rejects.toMatchObject({
      code: 'HALTWIRE_TOO_LARGE',
    });
    await log.sink.append(TOPIC.inputs, [{ key: 'a', value: 'next' }]);
    expect(log.stats().ends[TOPIC.inputs]).toBe(1);
    await log.close();
  });

  test('a position beyond the end says that the log was replaced', async () => {
    const log = openLog({ path });
    const from = { partition: 0, offset: 7, index: 0 };
    const reader = log.source.read(TOPIC.inputs, 0, { from, signal: new AbortController().signal });
    await expect(reader[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'HALTWIRE_STORAGE' });
    await log.close();
  });

  test('a position inside a record goes on with the next one', async () => {
    const log = openLog({ path });
    await log.sink.append(TOPIC.inputs, [
      { key: 'a', value: 'one' },
      { key: 'a', value: 'two' },
    ]);
    const from = { partition: 0, offset: 0, index: 1 };
    const reader = log.source.read(TOPIC.inputs, 0, { from, signal: new AbortController().signal });
    const { value: batch } = await reader[Symbol.asyncIterator]().next();
    expect(batch).toMatchObject([{ value: 'two' }]);
    await log.close();
  });

  test('there is only partition 0', async () => {
    const log = openLog({ path });
    expect(await log.source.partitions(TOPIC.inputs)).toEqual([0]);
    await expect(log.source.end(TOPIC.inputs, 1)).rejects.toMatchObject({ code: 'HALTWIRE_NOT_FOUND' });
    await log.close();
  });

  test('readers that wait when the log closes are told', async () => {
    const log = openLog({ path });
    const reader = log.source.read(TOPIC.inputs, 0, { signal: new AbortController().signal })[Symbol.asyncIterator]();
    const waiting = expect(reader.next()).rejects.toMatchObject({ code: 'HALTWIRE_UNAVAILABLE' });
    await log.close();
    await waiting;
  });

  test('a folder that cannot be one is named', () => {
    const file = join(path, 'file');
    writeFileSync(file, 'not a folder');
    expect(() => openLog({ path: join(file, 'log') })).toThrow(/Cannot open the log at .*check that the folder/);
  });
});

test('an entry is read back as it was written', () => {
  const text = fc.string({ unit: 'grapheme' });
  fc.assert(
    fc.property(fc.double({ noNaN: true }), text, text, (logTime, key, value) => {
      expect(decodeEntry(encodeEntry({ logTime, key, value }))).toEqual({ logTime, key, value });
    }),
  );
});
