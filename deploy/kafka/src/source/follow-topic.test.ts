import { TOPIC } from '@haltwire/schemas';
import { expect, test } from 'vitest';
import { startBroker } from '../broker/start-broker.ts';
import { type KafkaLog, openKafkaLog } from '../open-kafka-log.ts';
import { partitionOf } from '../records/murmur2.ts';
import { useFaultyBroker } from '../testing/faulty-broker.ts';
import { API } from '../testing/faulty-network.ts';
import { describeWithKafka } from '../testing/test-broker.ts';
import type { PartitionBatch } from './follow-topic.ts';

const entry = (key: string, value: string) => ({ key, value });
const KEYS = Array.from({ length: 24 }, (_, n) => `agent-${n}`);

/** Appends one round: one entry for every key. */
async function appendRound(log: KafkaLog, round: number | string): Promise<void> {
  await log.sink.append(
    TOPIC.sessions,
    KEYS.map((key) => entry(key, `${round}`)),
  );
}

/** Collects until every key has shown this round as its last value. */
async function collect(
  follower: AsyncIterator<PartitionBatch>,
  seen: Map<string, string[]>,
  round: number | string,
): Promise<void> {
  while (KEYS.some((key) => seen.get(key)?.at(-1) !== `${round}`)) {
    const { value, done } = await follower.next();
    if (done === true) throw new Error('the follower ended');
    for (const { key, value: text, position } of value.entries) {
      expect(position.partition).toBe(value.partition);
      seen.set(key, [...(seen.get(key) ?? []), text]);
    }
  }
}

describeWithKafka('a follower of a whole topic', () => {
  const { kafka, network } = useFaultyBroker();

  test('delivers every partition in order, says when it has caught up, and goes on', async () => {
    const log = openKafkaLog({ config: await kafka.topics({ partitions: 6 }) });
    await appendRound(log, 0);
    await appendRound(log, 1);
    await log.sink.takeOver(TOPIC.sessions, 3);
    const stop = new AbortController();
    const seen = new Map<string, string[]>();
    const caughtUp: string[][] = [];
    const follower = log
      .followTopic(TOPIC.sessions, {
        signal: stop.signal,
        onCaughtUp: () => caughtUp.push([...seen.values()].map((values) => values.join())),
      })
      [Symbol.asyncIterator]();
    await collect(follower, seen, 1);
    const next = collect(follower, seen, 2);
    await appendRound(log, 2);
    await next;
    expect(caughtUp).toEqual([KEYS.map(() => '0,1')]);
    expect([...seen.values()]).toEqual(KEYS.map(() => ['0', '1', '2']));
    expect(new Set(KEYS.map((key) => partitionOf(key, 6))).size).toBe(6);
    stop.abort();
    expect((await follower.next()).done).toBe(true);
    await log.close();
  });

  test('ends when it has caught up, if that is all that is wanted; an empty topic is caught up at once', async () => {
    const log = openKafkaLog({ config: await kafka.topics({ partitions: 3 }) });
    const { signal } = new AbortController();
    const all = async (topic: 'agent.sessions' | 'agent.keys') => {
      const values: string[] = [];
      for await (const { entries } of log.followTopic(topic, { until: 'caught-up', signal })) {
        values.push(...entries.map(({ value }) => value));
      }
      return values;
    };
    await appendRound(log, 'x');
    expect(await all(TOPIC.keys)).toEqual([]);
    expect(await all(TOPIC.sessions)).toEqual(KEYS.map(() => 'x'));
    await log.close();
  });

  test('can begin at the end', async () => {
    const log = openKafkaLog({ config: await kafka.topics({ partitions: 3 }) });
    await appendRound(log, 'old');
    const stop = new AbortController();
    const ready = Promise.withResolvers<void>();
    const seen = new Map<string, string[]>();
    const options = { from: 'end', signal: stop.signal, onCaughtUp: ready.resolve } as const;
    const follower = log.followTopic(TOPIC.sessions, options)[Symbol.asyncIterator]();
    const reading = collect(follower, seen, 'new');
    await ready.promise;
    await appendRound(log, 'new');
    await reading;
    expect([...seen.values()]).toEqual(KEYS.map(() => ['new']));
    stop.abort();
    await log.close();
  });

  test('starves no partition when one has much more than the others', async () => {
    const config = await kafka.topics({ partitions: 3, fetchBytes: 64 * 1024 });
    const log = openKafkaLog({ config });
    const large = 'x'.repeat(30_000);
    for (let n = 0; n < 60; n += 1) await log.sink.append(TOPIC.sessions, [entry('a', large)], { partition: 0 });
    await log.sink.append(TOPIC.sessions, [entry('b', 'small')], { partition: 1 });
    await log.sink.append(TOPIC.sessions, [entry('c', 'small')], { partition: 2 });
    const order: number[] = [];
    const { signal } = new AbortController();
    for await (const { partition, entries } of log.followTopic(TOPIC.sessions, { until: 'caught-up', signal })) {
      order.push(...entries.map(() => partition));
    }
    expect(order).toHaveLength(62);
    expect(order.indexOf(1)).toBeLessThan(30);
    expect(order.indexOf(2)).toBeLessThan(30);
    await log.close();
  });

  test('asks for no more than what is taken, and shows how far it is behind', async () => {
    const config = await kafka.topics({ partitions: 2, stallMs: 200, fetchBytes: 64 * 1024 });
    const log = openKafkaLog({ config });
    const stop = new AbortController();
    const follower = log.followTopic(TOPIC.sessions, { signal: stop.signal })[Symbol.asyncIterator]();
    const first = follower.next();
    await log.sink.append(TOPIC.sessions, [entry('a', 'first')], { partition: 0 });
    await first;
    const before = log.metrics.read().fetches;
    for (let n = 0; n < 20; n += 1) await log.sink.append(TOPIC.sessions, [entry('a', 'x')], { partition: n % 2 });
    const behind = () => new Map(log.metrics.readBehind().map(({ partition, records }) => [partition, records]));
    // Its consumer does nothing; the watchdog is what sees the log grow.
    while (behind().get(0) !== 11) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(behind().get(1)).toBe(10);
    expect(log.metrics.read().fetches).toBe(before);
    expect(log.metrics.read().readerStalls).toBe(0);
    let left = 20;
    while (left > 0) left -= (await follower.next()).value?.entries.length ?? 0;
    const waiting = follower.next();
    while ([...behind().values()].some((records) => records > 0)) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    stop.abort();
    await waiting;
    expect(log.metrics.readBehind()).toEqual([]);
    await log.close();
  });

  test('rides out dead connections, pauses and restarts, and misses and repeats nothing', async () => {
    const config = await kafka.topics({ partitions: 4, stallMs: 400, requestTimeoutMs: 2000 });
    const log = openKafkaLog({ config });
    const writer = openKafkaLog({ config: { ...config, deliveryTimeoutMs: 60_000 } });
    const stop = new AbortController();
    const seen = new Map<string, string[]>();
    const follower = log.followTopic(TOPIC.sessions, { signal: stop.signal })[Symbol.asyncIterator]();
    await Promise.all([appendRound(writer, 0), collect(follower, seen, 0)]);

    const stalled = collect(follower, seen, 1);
    expect(network().freeze(API.fetch)).toBeGreaterThan(0);
    await appendRound(writer, 1);
    await stalled;
    expect(log.metrics.read().readerStalls).toBe(1);

    const paused = collect(follower, seen, 2);
    kafka.broker.pause();
    const appending = appendRound(writer, 2);
    await new Promise((resolve) => setTimeout(resolve, 3000));
    kafka.broker.resume();
    await Promise.all([appending, paused]);

    const killed = collect(follower, seen, 3);
    await kafka.broker.kill();
    kafka.replace(
      await startBroker({ dataDir: kafka.folder, port: kafka.broker.port, advertisedPort: network().port }),
    );
    await Promise.all([appendRound(writer, 3), killed]);
    expect([...seen.values()]).toEqual(KEYS.map(() => ['0', '1', '2', '3']));
    stop.abort();
    await log.close();
    await writer.close();
  });

  test('tells of a topic that does not exist', async () => {
    const log = openKafkaLog({ config: { ...(await kafka.topics()), topicPrefix: 'nobody-made-these.' } });
    const follower = log.followTopic(TOPIC.sessions, { signal: new AbortController().signal });
    await expect(follower[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'HALTWIRE_NOT_FOUND' });
    await log.close();
  });
});
