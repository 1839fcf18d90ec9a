import { HaltwireError, type LogEntry, type Position, TOPIC } from '@haltwire/schemas';
import { expect, test } from 'vitest';
import { startBroker } from '../broker/start-broker.ts';
import { type KafkaLog, openKafkaLog } from '../open-kafka-log.ts';
import { readToEnd } from '../testing/read.ts';
import { describeWithKafka, useBroker } from '../testing/test-broker.ts';

interface Answered {
  readonly value: string;
  readonly position: Position;
}

/** Appends without end in several lanes, one append of a lane after the other, and keeps what was answered. */
class Appender {
  readonly acknowledged: Answered[] = [];
  readonly refused: string[] = [];
  readonly #log: KafkaLog;
  readonly #lanes: Promise<void>[];
  #stopped = false;
  #watchers: (() => void)[] = [];

  constructor(log: KafkaLog, keys: readonly string[]) {
    this.#log = log;
    this.#lanes = keys.map((key) => this.#lane(key));
  }

  async #lane(key: string): Promise<void> {
    for (let n = 0; !this.#stopped; n += 1) {
      const entries = Array.from({ length: 1 + (n % 3) }, (_, part) => ({
        key,
        value: JSON.stringify({ key, n, part }),
      }));
      try {
        const positions = await this.#log.sink.append(TOPIC.inputs, entries);
        for (const [part, { value }] of entries.entries()) {
          const position = positions[part];
          if (position === undefined) throw new Error('an append was answered without positions');
          this.acknowledged.push({ value, position });
        }
      } catch (error) {
        if (!HaltwireError.isInstance(error) || error.code !== 'HALTWIRE_UNAVAILABLE') throw error;
        for (const { value } of entries) this.refused.push(value);
      }
      for (const watcher of this.#watchers) watcher();
    }
  }

  /** Resolves when `condition` holds after an answer. */
  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const watcher = () => {
        if (!condition()) return;
        this.#watchers = this.#watchers.filter((other) => other !== watcher);
        resolve();
      };
      this.#watchers.push(watcher);
    });
  }

  async more(count: number): Promise<void> {
    const enough = this.acknowledged.length + count;
    await this.until(() => this.acknowledged.length >= enough);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#lanes);
  }
}

const KEYS = ['a', 'b', 'c', 'd', 'e', 'f'];

function assertNothingLost(read: readonly LogEntry[], appender: Appender): void {
  const at = new Map(read.map((entry) => [JSON.stringify(entry.position), entry.value]));
  for (const { value, position } of appender.acknowledged) expect(at.get(JSON.stringify(position))).toBe(value);
  // What was neither acknowledged nor refused was never asked for; nothing is there twice under one acknowledgement.
  const known = new Set([...appender.acknowledged.map(({ value }) => value), ...appender.refused]);
  for (const { value } of read) expect(known).toContain(value);
  const counts = new Map<string, number>();
  for (const { value } of read) counts.set(value, (counts.get(value) ?? 0) + 1);
  for (const { value } of appender.acknowledged) expect(counts.get(value)).toBe(1);
  for (const key of KEYS) {
    const numbers = appender.acknowledged
      .filter(({ value }) => JSON.parse(value).key === key)
      .map(({ position }) => position.offset * 1000 + position.index);
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
  }
  // All entries of an append or none.
  for (const key of KEYS) {
    const parts = Map.groupBy(
      read.map(({ value }) => JSON.parse(value)).filter((one) => one.key === key),
      ({ n }: { n: number }) => n,
    );
    for (const [n, found] of parts) expect(found).toHaveLength(1 + (n % 3));
  }
}

async function readEverything(log: KafkaLog): Promise<LogEntry[]> {
  const partitions = await log.source.partitions(TOPIC.inputs);
  return (await Promise.all(partitions.map((partition) => readToEnd(log.source, TOPIC.inputs, partition)))).flat();
}

describeWithKafka('while the broker is away', () => {
  const kafka = useBroker();
  const impatient = { partitions: 3, requestTimeoutMs: 800, deliveryTimeoutMs: 1500 };

  test('a broker that is paused: appends are acknowledged or refused, and nothing acknowledged is lost', async () => {
    const log = openKafkaLog({ config: await kafka.topics(impatient) });
    const appender = new Appender(log, KEYS);
    for (let round = 0; round < 2; round += 1) {
      await appender.more(100);
      const before = appender.refused.length;
      kafka.broker.pause();
      await appender.until(() => appender.refused.length >= before + 8);
      kafka.broker.resume();
    }
    await appender.more(100);
    await appender.stop();
    expect(log.metrics.read().identitiesGivenUp).toBeGreaterThan(0);
    assertNothingLost(await readEverything(log), appender);
    await log.close();
  });

  test('a broker paused for less than an append is tried for: nothing is refused, and nothing is there twice', async () => {
    const config = await kafka.topics({ partitions: 3, requestTimeoutMs: 500, deliveryTimeoutMs: 30_000 });
    const log = openKafkaLog({ config });
    const appender = new Appender(log, KEYS);
    await appender.more(100);
    kafka.broker.pause();
    // The pause lasts until requests have been given up and sent again.
    while (log.metrics.read().produceRetries < 6) await new Promise((resolve) => setImmediate(resolve));
    kafka.broker.resume();
    await appender.more(200);
    await appender.stop();
    expect(appender.refused).toEqual([]);
    assertNothingLost(await readEverything(log), appender);
    await log.close();
  });

  test('a broker that is killed and started again on its data: nothing acknowledged is lost', async () => {
    const config = await kafka.topics(impatient);
    const log = openKafkaLog({ config });
    const appender = new Appender(log, KEYS);
    for (let round = 0; round < 2; round += 1) {
      await appender.more(100);
      await kafka.broker.kill();
      kafka.replace(await startBroker({ dataDir: kafka.folder }));
    }
    await appender.more(100);
    await appender.stop();
    assertNothingLost(await readEverything(log), appender);
    await log.close();
  });

  test('when too much waits for the broker, the next append is turned away and the earlier ones are kept', async () => {
    const config = await kafka.topics({ maxQueuedBytes: 2000 });
    const log = openKafkaLog({ config });
    await log.sink.append(TOPIC.inputs, [{ key: 'a', value: 'first' }]);
    const value = 'x'.repeat(600);
    const results = await Promise.allSettled(
      Array.from({ length: 9 }, () => log.sink.append(TOPIC.inputs, [{ key: 'a', value }])),
    );
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    for (const { reason } of refused) expect(reason).toMatchObject({ code: 'HALTWIRE_UNAVAILABLE' });
    expect(await readToEnd(log.source, TOPIC.inputs)).toHaveLength(10 - refused.length);
    await log.close();
  });
});
