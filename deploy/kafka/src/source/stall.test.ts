import { TOPIC } from '@haltwire/schemas';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePorts } from '../broker/ports.ts';
import { openKafkaLog } from '../open-kafka-log.ts';
import { API, type FaultyNetwork, startFaultyNetwork } from '../testing/faulty-network.ts';
import { describeWithKafka, useBroker } from '../testing/test-broker.ts';

describeWithKafka('a reader that stalls', () => {
  let proxy: FaultyNetwork;
  beforeAll(async () => {
    proxy = await startFaultyNetwork();
  });
  afterAll(() => proxy.close());
  // The broker tells clients to come through the proxy.
  const kafka = useBroker(async () => {
    const [port = 0] = await freePorts(1);
    proxy.target = port;
    return { port, advertisedPort: proxy.port };
  });

  function listening(): {
    readonly logger: { info(): void; warn(line: string): void; error(): void };
    lines: string[];
  } {
    const lines: string[] = [];
    return { lines, logger: { info: () => {}, warn: (line) => void lines.push(line), error: () => {} } };
  }

  test('is restarted when its connection is open and dead, and misses and repeats nothing', async () => {
    const { logger, lines } = listening();
    // Kafkajs would notice after its own time limit: far too late for a kill.
    const config = await kafka.topics({ stallMs: 400, requestTimeoutMs: 120_000 });
    const log = openKafkaLog({ config, logger });
    const stop = new AbortController();
    const reader = log.source.read(TOPIC.inputs, 0, { signal: stop.signal })[Symbol.asyncIterator]();
    const seen: string[] = [];
    for (let n = 0; n < 3; n += 1) {
      const next = reader.next();
      await log.sink.append(TOPIC.inputs, [{ key: 'a', value: `before ${n}` }]);
      for (const { value } of (await next).value ?? []) seen.push(value);

      const stalled = reader.next();
      expect(proxy.freeze(API.fetch)).toBeGreaterThan(0);
      await log.sink.append(TOPIC.inputs, [{ key: 'a', value: `after ${n}` }]);
      for (const { value } of (await stalled).value ?? []) seen.push(value);
    }
    stop.abort();
    await reader.next();
    expect(seen).toEqual([0, 1, 2].flatMap((n) => [`before ${n}`, `after ${n}`]));
    expect(log.metrics.read().readerStalls).toBe(3);
    expect(lines.filter((line) => !line.includes('stalled'))).toEqual([]);
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/agent\.inputs, partition 0 stalled at 1 while the log ends at 2: it is restarted/);
    await log.close();
  });

  test('is told from one that is slow itself: a consumer that takes its time is left alone', async () => {
    const { logger, lines } = listening();
    const log = openKafkaLog({ config: await kafka.topics({ stallMs: 100 }), logger });
    const entries = Array.from({ length: 20 }, (_, n) => ({ key: 'a', value: `${n}` }));
    const read: string[] = [];
    await log.sink.append(TOPIC.inputs, entries.slice(0, 10));
    const stop = new AbortController();
    for await (const batch of log.source.read(TOPIC.inputs, 0, { signal: stop.signal, maxBatch: 4 })) {
      read.push(...batch.map(({ value }) => value));
      if (read.length === 4) {
        await log.sink.append(TOPIC.inputs, entries.slice(10));
        // Long enough for the watchdog to have looked many times.
        for (let asked = 0; asked < 300; asked += 1) await log.source.end(TOPIC.inputs, 0);
      }
      if (read.length >= 20) break;
    }
    stop.abort();
    expect(read).toEqual(entries.map(({ value }) => value));
    expect(log.metrics.read().readerStalls).toBe(0);
    expect(lines).toEqual([]);
    await log.close();
  });

  test('a broker that is stopped and goes on: the reader goes on too', async () => {
    const config = await kafka.topics({ stallMs: 400, requestTimeoutMs: 600, fetchWaitMs: 100 });
    const log = openKafkaLog({ config });
    const stop = new AbortController();
    const reader = log.source.read(TOPIC.inputs, 0, { signal: stop.signal })[Symbol.asyncIterator]();
    const first = reader.next();
    await log.sink.append(TOPIC.inputs, [{ key: 'a', value: 'one' }]);
    await first;
    const second = reader.next();
    kafka.broker.pause();
    while (log.metrics.read().readerFailures === 0) await new Promise((resolve) => setImmediate(resolve));
    kafka.broker.resume();
    await log.sink.append(TOPIC.inputs, [{ key: 'a', value: 'two' }]);
    expect((await second).value).toMatchObject([{ value: 'two' }]);
    stop.abort();
    await log.close();
  });
});
