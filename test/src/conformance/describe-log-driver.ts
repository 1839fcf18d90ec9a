import { comparePositions, type LogEntry, TOPIC } from '@haltwire/schemas';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type LogDriver, type LogDriverStorage, readCount, readUntil, snapshotEntries, values } from './driver.ts';

const entry = (key: string, value: string) => ({ key, value });
const numbered = (count: number, key = 'a') => Array.from({ length: count }, (_, n) => entry(key, `${key}${n}`));

/**
 * What every driver of the log must keep, whatever it is made of. Each test gets fresh storage.
 *
 * @example
 * describeLogDriver('embedded log (LMDB)', async () => lmdbStorage());
 */
export function describeLogDriver(name: string, makeStorage: () => Promise<LogDriverStorage>): void {
  describe(name, () => {
    let storage: LogDriverStorage;
    let driver: LogDriver;
    beforeEach(async () => {
      storage = await makeStorage();
      driver = await storage.open();
    });
    afterEach(async () => {
      await driver.close();
      await storage.destroy();
    });

    async function reopen(): Promise<void> {
      await driver.close();
      driver = await storage.open();
    }

    test('entries of one key are read in the order in which they were appended', async () => {
      for (const one of numbered(50)) await driver.sink.append(TOPIC.inputs, [one]);
      expect(values(await readCount(driver, TOPIC.inputs, 50))).toEqual(numbered(50).map((one) => one.value));
    });

    test('appends that are in flight together keep the order in which they were called', async () => {
      const calls = numbered(300).map((one) => driver.sink.append(TOPIC.inputs, [one]));
      const positions = (await Promise.all(calls)).flat();
      expect(values(await readCount(driver, TOPIC.inputs, 300))).toEqual(numbered(300).map((one) => one.value));
      expect(positions).toEqual([...positions].sort(comparePositions));
    });

    test('an append is answered with the positions at which its entries are read back', async () => {
      const positions = await driver.sink.append(TOPIC.inputs, numbered(3));
      const read = await readCount(driver, TOPIC.inputs, 3);
      expect(read.map((one) => one.position)).toEqual(positions);
      expect(read.map((one) => one.key)).toEqual(['a', 'a', 'a']);
    });

    test('keys and values come back exactly, in any script and with any JSON inside', async () => {
      const value = JSON.stringify({ text: 'naïve 世界 🧨', newline: 'a\nb', nul: '\u0000', lone: '\ud800' });
      await driver.sink.append(TOPIC.inputs, [entry('default/агент%2F1', value)]);
      const [read] = await readCount(driver, TOPIC.inputs, 1);
      expect(read).toMatchObject({ key: 'default/агент%2F1', value });
    });

    test('the entries of one append stand next to each other, whoever else appends', async () => {
      await Promise.all(Array.from({ length: 40 }, (_, n) => driver.sink.append(TOPIC.inputs, numbered(5, `k${n}-`))));
      const keys = (await readCount(driver, TOPIC.inputs, 200)).map((one) => one.key);
      for (let start = 0; start < 200; start += 5) expect(new Set(keys.slice(start, start + 5)).size).toBe(1);
    });

    test('an append of nothing appends nothing', async () => {
      expect(await driver.sink.append(TOPIC.inputs, [])).toEqual([]);
      await driver.sink.append(TOPIC.inputs, [entry('a', 'only')]);
      expect(values(await readCount(driver, TOPIC.inputs, 1))).toEqual(['only']);
    });

    test('log time never decreases', async () => {
      for (let n = 0; n < 20; n += 1) await driver.sink.append(TOPIC.inputs, numbered(5));
      await reopen();
      await driver.sink.append(TOPIC.inputs, numbered(5));
      const times = (await readCount(driver, TOPIC.inputs, 105)).map((one) => one.logTime);
      expect(times).toEqual([...times].sort((a, b) => a - b));
    });

    test('a reader that starts at a position gets that entry first and misses none after it', async () => {
      const positions = await driver.sink.append(TOPIC.inputs, numbered(10));
      expect(values(await readCount(driver, TOPIC.inputs, 4, positions[6]))).toEqual(['a6', 'a7', 'a8', 'a9']);
    });

    test('a reader that starts again from its last position sees every entry at least once', async () => {
      await driver.sink.append(TOPIC.inputs, numbered(30));
      const first = await readUntil(driver, TOPIC.inputs, (read) => read.length >= 10, undefined, 10);
      await reopen();
      const rest = await readUntil(
        driver,
        TOPIC.inputs,
        (read) => read.at(-1)?.value === 'a29',
        first.at(-1)?.position,
        10,
      );
      expect(new Set([...values(first), ...values(rest)]).size).toBe(30);
    });

    test('a follower is given what is appended after it has caught up', async () => {
      const stop = new AbortController();
      const reader = driver.source.read(TOPIC.inputs, 0, { signal: stop.signal })[Symbol.asyncIterator]();
      for (let n = 0; n < 20; n += 1) {
        const next = reader.next();
        await driver.sink.append(TOPIC.inputs, [entry('a', `v${n}`)]);
        expect(values((await next).value ?? [])).toEqual([`v${n}`]);
      }
      stop.abort();
      expect((await reader.next()).done).toBe(true);
    });

    test('a follower sees an entry only when its append can no longer be lost', async () => {
      const seen = readCount(driver, TOPIC.inputs, 1);
      await driver.sink.append(TOPIC.inputs, [entry('a', 'x')]);
      const [read] = await seen;
      await reopen();
      expect(await readCount(driver, TOPIC.inputs, 1)).toEqual([read]);
    });

    test('two followers each get everything', async () => {
      const readers = [readCount(driver, TOPIC.inputs, 60), readCount(driver, TOPIC.inputs, 60, undefined, 7)];
      await Promise.all(numbered(60).map((one) => driver.sink.append(TOPIC.inputs, [one])));
      const [one, two] = await Promise.all(readers);
      expect(one).toEqual(two);
    });

    test('a slow reader holds nobody up and loses nothing', async () => {
      const stop = new AbortController();
      const reader = driver.source.read(TOPIC.inputs, 0, { signal: stop.signal, maxBatch: 8 })[Symbol.asyncIterator]();
      const started = reader.next();
      for (const one of numbered(200)) await driver.sink.append(TOPIC.inputs, [one]);
      const read: LogEntry[] = [...((await started).value ?? [])];
      while (read.length < 200) {
        const { value = [] } = await reader.next();
        expect(value.length).toBeLessThanOrEqual(8);
        read.push(...value);
      }
      stop.abort();
      expect(values(read)).toEqual(numbered(200).map((one) => one.value));
    });

    test('a batch is never empty', async () => {
      await driver.sink.append(TOPIC.inputs, numbered(9));
      const stop = new AbortController();
      let total = 0;
      for await (const batch of driver.source.read(TOPIC.inputs, 0, { signal: stop.signal, maxBatch: 2 })) {
        expect(batch.length).toBeGreaterThan(0);
        total += batch.length;
        if (total === 9) break;
      }
      expect(total).toBe(9);
    });

    test('a follower that waits ends when its signal fires', async () => {
      const stop = new AbortController();
      const reader = driver.source.read(TOPIC.inputs, 0, { signal: stop.signal })[Symbol.asyncIterator]();
      const waiting = reader.next();
      stop.abort();
      expect((await waiting).done).toBe(true);
    });

    test('a record of 5 MiB passes whole', async () => {
      const value = 'é'.repeat((5 * 1024 * 1024) / 2);
      await driver.sink.append(TOPIC.inputs, [entry('a', 'before'), entry('a', value), entry('a', 'after')]);
      const read = await readCount(driver, TOPIC.inputs, 3);
      expect(read[1]?.value === value).toBe(true);
      expect([read[0]?.value, read[2]?.value]).toEqual(['before', 'after']);
    });

    test('end is the position that the next entry gets', async () => {
      await driver.sink.append(TOPIC.inputs, numbered(4));
      const end = await driver.source.end(TOPIC.inputs, 0);
      const [next] = await driver.sink.append(TOPIC.inputs, [entry('a', 'next')]);
      expect(end).toEqual(next);
      await reopen();
      expect(comparePositions(await driver.source.end(TOPIC.inputs, 0), end)).toBeGreaterThan(0);
    });

    test('a reader with an end stops there, also when nothing is before it or everything was read', async () => {
      const positions = await driver.sink.append(TOPIC.inputs, numbered(10));
      const end = await driver.source.end(TOPIC.inputs, 0);
      await driver.sink.append(TOPIC.inputs, [entry('a', 'behind')]);
      const readTo = async (until = end, from = positions[0]): Promise<string[]> => {
        const { signal } = new AbortController();
        const read: LogEntry[] = [];
        for await (const batch of driver.source.read(TOPIC.inputs, 0, { from, until, signal, maxBatch: 4 }))
          read.push(...batch);
        return values(read);
      };
      expect(await readTo()).toEqual(numbered(10).map((one) => one.value));
      expect(await readTo(end, end)).toEqual([]);
      expect(await readTo({ partition: 0, offset: 0, index: 0 })).toEqual([]);
    });

    test('who takes a partition over writes alone from then on, and knows what was written before', async () => {
      const before = await driver.sink.takeOver(TOPIC.decisions, 0);
      const written = await before.append(numbered(3));
      const after = await driver.sink.takeOver(TOPIC.decisions, 0);
      expect(comparePositions(after.from, written[2] ?? after.from)).toBeGreaterThan(0);
      await expect(before.append([entry('a', 'zombie')])).rejects.toMatchObject({ code: 'HALTWIRE_FENCED' });
      await after.append([entry('a', 'mine')]);
      await expect(before.append([entry('a', 'zombie')])).rejects.toMatchObject({ code: 'HALTWIRE_FENCED' });
      const read = await readCount(driver, TOPIC.decisions, 4);
      expect(values(read)).toEqual(['a0', 'a1', 'a2', 'mine']);
      expect(comparePositions(after.from, read[3]?.position ?? after.from)).toBeLessThanOrEqual(0);
    });

    test('what a writer had begun before it was replaced is there or refused, never there later', async () => {
      const before = await driver.sink.takeOver(TOPIC.decisions, 0);
      const begun = numbered(40).map((one) =>
        before.append([one]).then(
          () => one.value,
          () => undefined,
        ),
      );
      const after = await driver.sink.takeOver(TOPIC.decisions, 0);
      await after.append([entry('a', 'mine')]);
      const acknowledged = (await Promise.all(begun)).filter((value) => value !== undefined);
      const read = await readUntil(driver, TOPIC.decisions, (entries) => entries.at(-1)?.value === 'mine');
      expect(values(read)).toEqual([...acknowledged, 'mine']);
    });

    test('topics do not mix', async () => {
      await driver.sink.append(TOPIC.inputs, [entry('a', 'input')]);
      await driver.sink.append(TOPIC.decisions, [entry('a', 'decision')]);
      expect(values(await readCount(driver, TOPIC.inputs, 1))).toEqual(['input']);
      expect(values(await readCount(driver, TOPIC.decisions, 1))).toEqual(['decision']);
    });

    test('everything is there after close and reopen, and appends go on behind it', async () => {
      await driver.sink.append(TOPIC.inputs, numbered(10));
      await reopen();
      await driver.sink.append(TOPIC.inputs, [entry('a', 'later')]);
      expect(values(await readCount(driver, TOPIC.inputs, 11)).slice(-2)).toEqual(['a9', 'later']);
    });

    test('an append after close is refused and never answered as done', async () => {
      await driver.close();
      await expect(driver.sink.append(TOPIC.inputs, [entry('a', 'x')])).rejects.toMatchObject({
        code: 'HALTWIRE_UNAVAILABLE',
      });
      driver = await storage.open();
      expect((await driver.source.end(TOPIC.inputs, 0)).offset).toBe(0);
    });

    test('there is no snapshot before the first save', async () => {
      expect((await driver.snapshots.load(0)).position).toBeUndefined();
      expect(await snapshotEntries(driver)).toEqual([]);
    });

    test('a snapshot holds the newest value of each key, without those removed, and its position', async () => {
      const long = `session/${'x'.repeat(1500)}`;
      await driver.snapshots.save(0, { partition: 0, offset: 5, index: 0 }, [entry('a', '1'), entry('b', '1')]);
      await driver.snapshots.save(0, { partition: 0, offset: 9, index: 0 }, [
        entry('a', '2'),
        { key: 'b', value: null },
        entry(long, '3'),
      ]);
      await reopen();
      expect((await driver.snapshots.load(0)).position).toEqual({ partition: 0, offset: 9, index: 0 });
      expect(await snapshotEntries(driver)).toEqual([
        ['a', '2'],
        [long, '3'],
      ]);
    });
  });
}
