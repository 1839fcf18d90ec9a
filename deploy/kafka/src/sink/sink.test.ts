import { TOPIC } from '@haltwire/schemas';
import { expect, test } from 'vitest';
import { openKafkaLog } from '../open-kafka-log.ts';
import { partitionOf } from '../records/murmur2.ts';
import { readCount, readToEnd } from '../testing/read.ts';
import { describeWithKafka, useBroker } from '../testing/test-broker.ts';

const entry = (key: string, value: string) => ({ key, value });

// What every driver must keep is in test/src/conformance; here is what only this one has.
describeWithKafka('the sink on Kafka', () => {
  const kafka = useBroker();

  test('a key goes to the partition that the documented hash says, in every topic', async () => {
    const log = openKafkaLog({ config: await kafka.topics({ partitions: 5 }) });
    for (const topic of [TOPIC.inputs, TOPIC.decisions]) {
      for (let n = 0; n < 20; n += 1) {
        const [position] = await log.sink.append(topic, [entry(`agent-${n}`, 'x')]);
        expect(position?.partition).toBe(partitionOf(`agent-${n}`, 5));
      }
    }
    await log.close();
  });

  test('a named partition takes entries of any key together', async () => {
    const log = openKafkaLog({ config: await kafka.topics({ partitions: 5 }) });
    const entries = [entry('tick', '1'), entry('claim', '2'), entry('agent', '3')];
    const positions = await log.sink.append(TOPIC.inputs, entries, { partition: 3 });
    expect(positions.map(({ partition, offset }) => [partition, offset])).toEqual([
      [3, 0],
      [3, 1],
      [3, 2],
    ]);
    await log.close();
  });

  test('one call with keys of several partitions is answered in the order of its entries', async () => {
    const log = openKafkaLog({ config: await kafka.topics({ partitions: 4 }) });
    const entries = Array.from({ length: 40 }, (_, n) => entry(`k${n}`, `v${n}`));
    const positions = await log.sink.append(TOPIC.inputs, entries);
    for (const [place, { partition, offset, index }] of positions.entries()) {
      const [read] = await readCount(log.source, TOPIC.inputs, 1, { partition, from: { partition, offset, index } });
      expect(read?.value).toBe(`v${place}`);
    }
    await log.close();
  });

  test('appends that come while a request is under way share the next one, and one record per key', async () => {
    const log = openKafkaLog({ config: await kafka.topics() });
    await Promise.all(Array.from({ length: 500 }, (_, n) => log.sink.append(TOPIC.inputs, [entry('a', `${n}`)])));
    const { requestsProduced, recordsProduced, entriesAppended } = log.metrics.read();
    expect(entriesAppended).toBe(500);
    expect(requestsProduced).toBeLessThan(10);
    expect(recordsProduced).toBeLessThan(10);
    await log.close();
  });

  test('a reader can begin in the middle of a record, and goes on behind its last event', async () => {
    const log = openKafkaLog({ config: await kafka.topics() });
    const positions = await log.sink.append(
      TOPIC.inputs,
      ['one', 'two', 'three'].map((value) => entry('a', value)),
    );
    await log.sink.append(TOPIC.inputs, [entry('a', 'four')]);
    expect(positions.map(({ index }) => index)).toEqual([0, 1, 2]);
    const values = async (index: number, count: number) =>
      (await readCount(log.source, TOPIC.inputs, count, { from: { partition: 0, offset: 0, index } })).map(
        ({ value }) => value,
      );
    expect(await values(1, 3)).toEqual(['two', 'three', 'four']);
    expect(await values(3, 1)).toEqual(['four']);
    await log.close();
  });

  test('an append that is too large names the limit and harms nothing', async () => {
    const log = openKafkaLog({ config: await kafka.topics({ maxMessageBytes: 1024 * 1024 }) });
    const large = log.sink.append(TOPIC.inputs, [entry('a', 'x'.repeat(1024 * 1024))]);
    await expect(large).rejects.toMatchObject({
      code: 'HALTWIRE_TOO_LARGE',
      message: expect.stringMatching(/1047552/),
    });
    await log.sink.append(TOPIC.inputs, [entry('a', 'next')]);
    expect(await readToEnd(log.source, TOPIC.inputs)).toHaveLength(1);
    await log.close();
  });

  test('topics that do not exist are named, with the cure', async () => {
    const config = { ...(await kafka.topics()), topicPrefix: 'nobody-made-these.' };
    const log = openKafkaLog({ config });
    await expect(log.sink.append(TOPIC.inputs, [entry('a', 'x')])).rejects.toMatchObject({
      code: 'HALTWIRE_NOT_FOUND',
      message: expect.stringMatching(/nobody-made-these\.agent\.inputs.*ensureTopics/),
    });
    await log.close();
  });

  test('a process that has closed the log can end: nothing keeps it alive', async () => {
    const log = openKafkaLog({ config: await kafka.topics() });
    const stop = new AbortController();
    const reader = log.source.read(TOPIC.inputs, 0, { signal: stop.signal })[Symbol.asyncIterator]();
    const waiting = reader.next();
    await log.sink.append(TOPIC.inputs, [entry('a', 'x')]);
    await waiting;
    const next = expect(reader.next()).rejects.toMatchObject({ code: 'HALTWIRE_UNAVAILABLE' });
    await log.close();
    await next;
    await expect(reader.next()).resolves.toMatchObject({ done: true });
  });
});
