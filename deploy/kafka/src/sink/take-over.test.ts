import { type ExclusiveWriter, type LogEntry, TOPIC } from '@haltwire/schemas';
import { expect, test } from 'vitest';
import { startBroker } from '../broker/start-broker.ts';
import { createDialer } from '../client/connection.ts';
import { silentLogger } from '../client/logger.ts';
import { shareLine } from '../client/shared-line.ts';
import type { KafkaConfig } from '../config/config.ts';
import { KafkaMetrics } from '../metrics.ts';
import { type KafkaLog, openKafkaLog } from '../open-kafka-log.ts';
import { useFaultyBroker } from '../testing/faulty-broker.ts';
import { API } from '../testing/faulty-network.ts';
import { readToEnd } from '../testing/read.ts';
import { describeWithKafka, useBroker } from '../testing/test-broker.ts';
import { topicNameOf } from '../topics/topic-name.ts';
import { ExclusiveLane, type ExclusiveLaneOptions } from './exclusive-lane.ts';

const entry = (value: string) => ({ key: 'a', value });
const FENCED = { code: 'HALTWIRE_FENCED' };

async function valuesIn(config: KafkaConfig, topic: 'agent.decisions' | 'agent.sessions' = TOPIC.decisions) {
  const log = openKafkaLog({ config });
  const end = await log.source.end(topic, 0);
  const read: LogEntry[] = [];
  const { signal } = new AbortController();
  for await (const batch of log.source.read(topic, 0, { until: end, signal })) read.push(...batch);
  await log.close();
  return read.map(({ value }) => value);
}

describeWithKafka('the right to write a partition alone', () => {
  const kafka = useBroker();

  test('goes to the newest holder, in other processes too; one record that says nothing marks the change', async () => {
    const config = await kafka.topics();
    const [one, two] = [openKafkaLog({ config }), openKafkaLog({ config })];
    const old = await one.sink.takeOver(TOPIC.decisions, 0);
    await old.append([entry('1'), entry('2')]);
    const young = await two.sink.takeOver(TOPIC.decisions, 0);
    await expect(old.append([entry('zombie')])).rejects.toMatchObject(FENCED);
    const [position] = await young.append([entry('3')]);
    expect(position).toEqual(young.from);
    expect(await valuesIn(config)).toEqual(['1', '2', '3']);
    expect(one.metrics.read()).toMatchObject({ rightsTaken: 1, rightsLost: 1 });
    await one.close();
    await two.close();
  });

  test('holds for one partition and one topic', async () => {
    const log = openKafkaLog({ config: await kafka.topics({ partitions: 2 }) });
    const writer = await log.sink.takeOver(TOPIC.decisions, 0);
    await log.sink.takeOver(TOPIC.decisions, 1);
    await log.sink.takeOver(TOPIC.sessions, 0);
    await writer.append([entry('mine')]);
    await log.close();
  });

  test('is refused to the old holder by a broker that was killed and started again, and kept by the new one', async () => {
    const config = await kafka.topics();
    const log = openKafkaLog({ config });
    const old = await log.sink.takeOver(TOPIC.decisions, 0);
    await old.append([entry('1')]);
    const young = await log.sink.takeOver(TOPIC.decisions, 0);
    await kafka.broker.kill();
    kafka.replace(await startBroker({ dataDir: kafka.folder }));
    await expect(old.append([entry('zombie')])).rejects.toMatchObject(FENCED);
    await young.append([entry('2')]);
    await kafka.broker.kill();
    kafka.replace(await startBroker({ dataDir: kafka.folder }));
    await young.append([entry('3')]);
    expect(await valuesIn(config)).toEqual(['1', '2', '3']);
    await log.close();
  });

  test('an append is tried for as long as the broker is away, and is there once, with those behind it', async () => {
    const config = await kafka.topics({ requestTimeoutMs: 400, deliveryTimeoutMs: 500, maxQueuedBytes: 2000 });
    const log = openKafkaLog({ config });
    const writer = await log.sink.takeOver(TOPIC.decisions, 0);
    kafka.broker.pause();
    const first = writer.append([entry('1')]);
    const waiting = Array.from({ length: 5 }, (_, n) => writer.append([entry(`${n + 2}`)]));
    const surplus = writer.append([entry('x'.repeat(2000))]);
    await expect(surplus).rejects.toMatchObject({ code: 'HALTWIRE_UNAVAILABLE' });
    // Long after an ordinary append would have been given up.
    while (log.metrics.read().produceRetries < 5) await new Promise((resolve) => setTimeout(resolve, 10));
    kafka.broker.resume();
    const positions = (await Promise.all([first, ...waiting])).flat();
    expect(await valuesIn(config)).toEqual(['1', '2', '3', '4', '5', '6']);
    expect(new Set(positions.map(({ offset, index }) => `${offset}.${index}`)).size).toBe(6);
    await log.close();
  });

  test('closing ends the attempts, and taking over from a broker that is away fails in time', async () => {
    const config = await kafka.topics({ requestTimeoutMs: 300, deliveryTimeoutMs: 300 });
    const log = openKafkaLog({ config });
    const writer = await log.sink.takeOver(TOPIC.decisions, 0);
    kafka.broker.pause();
    await expect(log.sink.takeOver(TOPIC.decisions, 0)).rejects.toMatchObject({ code: 'HALTWIRE_UNAVAILABLE' });
    const begun = expect(writer.append([entry('1')])).rejects.toMatchObject({ code: 'HALTWIRE_UNAVAILABLE' });
    await log.close();
    await begun;
    kafka.broker.resume();
    await expect(writer.append([entry('2')])).rejects.toMatchObject({ code: 'HALTWIRE_UNAVAILABLE' });
  });

  test('a key of a compacted topic can be removed, of another it cannot; readers hear of it', async () => {
    const log = openKafkaLog({ config: await kafka.topics() });
    const decisions = await log.sink.takeOver(TOPIC.decisions, 0);
    await expect(decisions.append([{ key: 'a', value: null }])).rejects.toMatchObject({ code: 'HALTWIRE_BAD_REQUEST' });
    const sessions = await log.sink.takeOver(TOPIC.sessions, 0);
    const positions = await sessions.append([entry('1'), { key: 'a', value: null }, entry('2')]);
    const read = await readToEnd(log.source, TOPIC.sessions);
    expect(read).toMatchObject([
      { key: 'a', value: '1' },
      { key: 'a', value: '', removed: true },
      { key: 'a', value: '2' },
    ]);
    expect(read.map(({ position }) => position)).toEqual(positions);
    expect(read.map(({ removed }) => removed)).toEqual([undefined, true, undefined]);
    await log.close();
  });

  test('an append that is too large is refused, and the writer goes on', async () => {
    const config = await kafka.topics({ maxMessageBytes: 1024 * 1024 });
    const log = openKafkaLog({ config: { ...config, maxMessageBytes: 4 * 1024 * 1024 } });
    const writer = await log.sink.takeOver(TOPIC.decisions, 0);
    const large = writer.append([entry('x'.repeat(2 * 1024 * 1024))]);
    await expect(large).rejects.toMatchObject({ code: 'HALTWIRE_TOO_LARGE' });
    await writer.append([entry('1')]);
    expect(await valuesIn(config)).toEqual(['1']);
    await log.close();
  });

  /** A holder whose times are ours to choose. */
  function holder(config: KafkaConfig, options: Pick<ExclusiveLaneOptions, 'renewMs' | 'staleMs'>) {
    const line = shareLine(createDialer(config));
    const metrics = new KafkaMetrics();
    const topic = topicNameOf(TOPIC.decisions, config);
    const lane = new ExclusiveLane({
      topic,
      partition: 0,
      line,
      config,
      metrics,
      lingerMs: 0,
      share: true,
      onTaken: () => {},
      onEnd: () => {},
      transactionalId: `${config.topicPrefix}haltwire-writer-${TOPIC.decisions}-0`,
      logger: silentLogger,
      ...options,
    });
    const append: ExclusiveWriter['append'] = (entries) =>
      new Promise((resolve, reject) => {
        lane.push({ entries, bytes: 1, queuedAt: performance.now(), resolve, reject });
      });
    const end = () => {
      lane.abandon();
      line.close();
    };
    return { lane, append, metrics, end };
  }

  test('is renewed, so that brokers never forget it, without a gap or a repeat', async () => {
    const config = await kafka.topics();
    const { lane, append, metrics, end } = holder(config, { renewMs: 20 });
    await lane.begin();
    for (let n = 0; metrics.read().requestsProduced < 200; n += 1) {
      await append([entry(`${n}`)]);
      if (n % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    end();
    const values = await valuesIn(config);
    // Fence records are among the requests.
    expect(values.length).toBeLessThan(195);
    expect(values).toEqual(values.map((_, n) => `${n}`));
  });

  test('is not renewed when somebody else has begun to take over, though no record says so yet', async () => {
    const config = await kafka.topics();
    const old = holder(config, { renewMs: 10 });
    await old.lane.begin();
    await old.append([entry('1')]);
    const log = openKafkaLog({ config });
    const young = await log.sink.takeOver(TOPIC.decisions, 0);
    // It appends nothing: the renewal is what tells it.
    while (old.metrics.read().rightsLost === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await expect(old.append([entry('zombie')])).rejects.toMatchObject(FENCED);
    await young.append([entry('2')]);
    expect(await valuesIn(config)).toEqual(['1', '2']);
    old.end();
    await log.close();
  });

  test('cannot be used when it was not renewed for too long: brokers may have forgotten who came after', async () => {
    const config = await kafka.topics();
    const { lane, append, end } = holder(config, { renewMs: 60_000, staleMs: 1 });
    await lane.begin().catch(() => {});
    await expect(append([entry('zombie')])).rejects.toMatchObject(FENCED);
    end();
    expect(await valuesIn(config)).toEqual([]);
  });
});

describeWithKafka('a writer whose answers are lost', () => {
  const { kafka, network } = useFaultyBroker();

  test('repeats them under the same number: everything is there once', async () => {
    const config = await kafka.topics({ requestTimeoutMs: 300 });
    const log: KafkaLog = openKafkaLog({ config });
    const writer = await log.sink.takeOver(TOPIC.decisions, 0);
    for (let n = 0; n < 3; n += 1) {
      const lost = network().loseAnswer(API.produce);
      const first = writer.append([entry(`${n}a`)]);
      await lost;
      await Promise.all([first, writer.append([entry(`${n}b`)])]);
    }
    expect(await valuesIn(config)).toEqual([0, 1, 2].flatMap((n) => [`${n}a`, `${n}b`]));
    await log.close();
  });

  test('is told that it was replaced, also when the append in doubt was there before', async () => {
    const config = await kafka.topics({ requestTimeoutMs: 300 });
    const log = openKafkaLog({ config });
    const old = await log.sink.takeOver(TOPIC.decisions, 0);
    const lost = network().loseAnswer(API.produce);
    const doubtful = old.append([entry('1')]);
    await lost;
    const young = openKafkaLog({ config: { ...config, requestTimeoutMs: 5000 } });
    const taken = await young.sink.takeOver(TOPIC.decisions, 0);
    await expect(doubtful).rejects.toMatchObject(FENCED);
    const [next] = await taken.append([entry('2')]);
    expect(next).toEqual(taken.from);
    expect(await valuesIn(config)).toEqual(['1', '2']);
    await log.close();
    await young.close();
  });
});
