import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { TOPIC } from '@haltwire/schemas';
import { Kafka, logLevel } from 'kafkajs';
import { startBroker } from '../src/broker/index.ts';
import { ensureTopics, type KafkaConfig, openKafkaLog, parseKafkaConfig } from '../src/index.ts';

/**
 * Measures the log on Kafka beside bare kafkajs on the same broker, in turns (ours, kafkajs, ours, ...).
 *
 *     node --conditions=@haltwire/source deploy/kafka/bench/log.ts [--rounds 5] [--bootstrap host:port]
 *
 * - append: one event of 1 KiB, alone, acks=all, until it is acknowledged
 * - round trip: append one, until a reader that waits for it has it
 * - throughput: so many events of 1 KiB as 64 senders can, until a reader has had them all
 */
const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' }, bootstrap: { type: 'string' } } });
const ROUNDS = Number(values.rounds);
const SINGLES = 400;
const EVENTS = 60_000;
const SENDERS = 64;
const PER_CALL = 10;
const KEYS = Array.from({ length: SENDERS }, (_, n) => `default/agent-${n}`);
const value = JSON.stringify({ type: 'event', text: 'haltwire '.repeat(105), tool: 'shell', v: 1 });

interface Measured {
  readonly append: number[];
  readonly roundTrip: number[];
  readonly eventsPerSecond: number;
  readonly cpuMsPerMillion: number;
}

/** One way of using Kafka. */
interface Contender {
  append(key: string, values: readonly string[]): Promise<unknown>;
  /** Calls back with the number of events that have arrived in all. Resolves when it reads. */
  read(onArrived: (count: number) => void): Promise<void>;
  close(): Promise<void>;
}

async function ours(config: KafkaConfig): Promise<Contender> {
  const log = openKafkaLog({ config, logger: console });
  const stop = new AbortController();
  return {
    append: (key, texts) =>
      log.sink.append(
        TOPIC.inputs,
        texts.map((text) => ({ key, value: text })),
      ),
    async read(onArrived) {
      (async () => {
        for await (const batch of log.source.read(TOPIC.inputs, 0, { signal: stop.signal })) onArrived(batch.length);
      })();
      await log.source.end(TOPIC.inputs, 0);
    },
    async close() {
      stop.abort();
      await log.close();
    },
  };
}

async function bareKafkajs(config: KafkaConfig): Promise<Contender> {
  const kafka = new Kafka({ brokers: [...config.brokers], logLevel: logLevel.NOTHING });
  const producer = kafka.producer({ idempotent: true, allowAutoTopicCreation: false });
  const consumer = kafka.consumer({ groupId: `bench-${config.topicPrefix}`, maxWaitTimeInMs: config.fetchWaitMs });
  const topic = `${config.topicPrefix}${TOPIC.inputs}`;
  await producer.connect();
  return {
    append: (key, texts) => producer.send({ topic, acks: -1, messages: texts.map((text) => ({ key, value: text })) }),
    async read(onArrived) {
      await consumer.connect();
      await consumer.subscribe({ topic, fromBeginning: true });
      const joined = new Promise<void>((resolve) => {
        consumer.on(consumer.events.GROUP_JOIN, () => resolve());
      });
      await consumer.run({ autoCommit: false, eachBatch: async ({ batch }) => onArrived(batch.messages.length) });
      await joined;
    },
    async close() {
      await consumer.disconnect();
      await producer.disconnect();
    },
  };
}

async function measure(contender: Contender): Promise<Measured> {
  let arrived = 0;
  let watcher: (() => void) | undefined;
  const until = (count: number) =>
    new Promise<void>((resolve) => {
      watcher = () => {
        if (arrived < count) return;
        watcher = undefined;
        resolve();
      };
      watcher();
    });
  await contender.read((count) => {
    arrived += count;
    watcher?.();
  });
  let sent = 0;
  const key = KEYS[0] ?? '';
  const append: number[] = [];
  const roundTrip: number[] = [];
  for (let n = 0; n < SINGLES + 50; n += 1) {
    sent += 1;
    const there = until(sent);
    const start = performance.now();
    await contender.append(key, [value]);
    const acknowledged = performance.now();
    await there;
    if (n < 50) continue;
    append.push(acknowledged - start);
    roundTrip.push(performance.now() - start);
  }
  const texts = Array.from({ length: PER_CALL }, () => value);
  const all = until(sent + EVENTS);
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  await Promise.all(
    KEYS.map(async (own) => {
      for (let n = 0; n < EVENTS / SENDERS / PER_CALL; n += 1) {
        sent += PER_CALL;
        await contender.append(own, texts);
      }
    }),
  );
  // The division may leave a rest.
  const rest = SINGLES + 50 + EVENTS - sent;
  if (rest > 0) await contender.append(key, texts.concat(texts).slice(0, rest));
  await all;
  const seconds = (performance.now() - start) / 1000;
  const cpu = process.cpuUsage(cpuBefore);
  await contender.close();
  return {
    append,
    roundTrip,
    eventsPerSecond: EVENTS / seconds,
    cpuMsPerMillion: ((cpu.user + cpu.system) / 1000 / EVENTS) * 1e6,
  };
}

function percentile(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function show(name: string, rounds: readonly Measured[]): void {
  const ms = (numbers: readonly number[], share: number) => percentile(numbers, share).toFixed(2).padStart(7);
  const append = rounds.flatMap((round) => round.append);
  const trip = rounds.flatMap((round) => round.roundTrip);
  const rate = percentile(
    rounds.map((round) => round.eventsPerSecond),
    0.5,
  );
  const cpu = percentile(
    rounds.map((round) => round.cpuMsPerMillion),
    0.5,
  );
  process.stdout.write(
    `${name.padEnd(22)} append p50 ${ms(append, 0.5)} p99 ${ms(append, 0.99)} ms | round trip p50 ${ms(trip, 0.5)} ` +
      `p99 ${ms(trip, 0.99)} ms | ${Math.round(rate).toLocaleString('en')} events/s | ` +
      `${(cpu / 1000).toFixed(1)} s CPU per 1M events\n`,
  );
}

const folder = await mkdtemp(join(tmpdir(), 'haltwire-bench-'));
const broker = values.bootstrap === undefined ? await startBroker({ dataDir: folder }) : undefined;
const bootstrap = values.bootstrap ?? broker?.bootstrap ?? '';
try {
  const results: Record<string, Measured[]> = { haltwire: [], 'haltwire, zstd': [], 'bare kafkajs': [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, found] of Object.entries(results)) {
      const config = parseKafkaConfig({
        brokers: bootstrap.split(','),
        topicPrefix: `bench-${process.pid}-${round}-${name.replace(/\W+/g, '-')}.`,
        partitions: 1,
        replication: 1,
        compression: name.endsWith('zstd') ? 'zstd' : 'none',
      });
      await ensureTopics(config);
      found.push(await measure(await (name === 'bare kafkajs' ? bareKafkajs(config) : ours(config))));
    }
  }
  process.stdout.write(
    `Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model}; one broker and this process on the same machine; ` +
      `${ROUNDS} rounds in turns, events of ${Buffer.byteLength(value)} bytes, ${SENDERS} senders with ${PER_CALL} per call\n`,
  );
  for (const [name, rounds] of Object.entries(results)) show(name, rounds);
} finally {
  await broker?.kill();
  await rm(folder, { recursive: true, force: true });
}
