import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { TOPIC } from '@haltwire/schemas';
import { MemoryLog } from '@haltwire/schemas/testing';
import { type Archiver, createArchiver } from '../archive/archiver.ts';
import { parseClickHouseConfig } from '../archive/config/config.ts';
import { openClickHouse } from '../archive/config/open.ts';
import { archiverOptions } from '../archive/config/options.ts';
import { startClickHouse } from './clickhouse-process.ts';
import { MemoryGroup } from './memory-assignment.ts';

const PARTITIONS = 3;
const TOPICS = { [TOPIC.inputs]: 'inputs_once', [TOPIC.decisions]: 'decisions_once' } as const;

/** What was done, and what was counted after everything had calmed down. */
export interface ChaosReport {
  readonly steps: Readonly<Record<string, number>>;
  readonly appended: number;
  /** Rows that readers see, and those of them whose record is not the one at their position. */
  readonly rows: number;
  readonly misplaced: number;
  /** Positions without a row. */
  readonly missing: number;
  readonly failures: number;
}

/**
 * Archivers come, go and take over from each other, over HTTP, while the server is stopped, killed, paused and slowed and the
 * log goes on. The same seed does the same steps; how they meet is up to the machine.
 *
 * @param steps How many.
 */
export async function archiveChaos(folder: string, seed: number, steps: number): Promise<ChaosReport> {
  const random = randomOf(seed);
  const upTo = (most: number): number => Math.floor(random() * most);
  const log = new MemoryLog(PARTITIONS);
  const group = new MemoryGroup(PARTITIONS);
  const server = await startClickHouse(join(folder, 'data'));
  const config = parseClickHouseConfig({ url: server.url, lingerMs: 5, batchRows: 40, requestTimeoutMs: 400 });
  const members: { archiver: Archiver; stop: () => Promise<void> }[] = [];
  const done: Record<string, number> = {};
  let failures = 0;
  let appended = 0;

  const enter = (): void => {
    const client = openClickHouse(config);
    const stop = new AbortController();
    const archiver = createArchiver({
      source: log,
      client,
      assignment: group.member(),
      ...archiverOptions(config),
      backoff: { firstMs: 1, mostMs: 50 },
      onFailure: () => {
        failures += 1;
      },
    });
    const running = archiver.run(stop.signal);
    members.push({
      archiver,
      async stop() {
        stop.abort();
        await running;
        await client.close();
      },
    });
  };
  const append = async (): Promise<void> => {
    const topic = random() < 0.7 ? TOPIC.inputs : TOPIC.decisions;
    const partition = upTo(PARTITIONS);
    const count = 1 + upTo(120);
    const from = log.entries(topic, partition).length;
    const entries = Array.from({ length: count }, (_, n) => ({ key: 'k', value: `{"type":"tick","n":${from + n}}` }));
    await log.append(topic, entries, { partition });
    appended += count;
  };
  const leaving: Promise<void>[] = [];
  const faults: Record<string, () => Promise<void> | void> = {
    join: () => {
      if (members.length < 4) enter();
    },
    leave: () => {
      if (members.length > 1) leaving.push(members.shift()?.stop() ?? Promise.resolve());
    },
    rotate: () => group.rotate(),
    away: async () => {
      await server.stop();
      await append();
      await delay(upTo(300));
      await server.start();
    },
    kill: async () => {
      await server.kill();
      await append();
      await delay(upTo(100));
      await server.start();
    },
    pause: async () => {
      server.pause();
      await append();
      await delay(upTo(700));
      server.resume();
    },
    slow: async () => {
      server.slow(upTo(700));
      await append();
      await delay(upTo(500));
      server.slow(0);
    },
  };
  const names = Object.keys(faults);
  const behind = async (): Promise<number> => {
    const lags = await Promise.all(members.map(({ archiver }) => archiver.lag()));
    // Until every partition is with somebody and archived.
    const places = lags.flat().filter((lag) => lag.topic !== TOPIC.dead);
    const whole = places.length === PARTITIONS * Object.keys(TOPICS).length;
    return whole ? places.reduce((sum, lag) => sum + lag.behind, 0) : Infinity;
  };

  enter();
  try {
    for (let step = 0; step < steps; step += 1) {
      // Half of the faults meet archivers that are at work, the others meet those that still have to begin.
      const calm = random() < 0.5;
      while (calm && (await behind()) > 0) await delay(5);
      for (let n = 0; n < 4; n += 1) await append();
      const name = names[upTo(names.length)] ?? 'rotate';
      done[name] = (done[name] ?? 0) + 1;
      await faults[name]?.();
      await delay(upTo(40));
    }
    await Promise.all(leaving);
    while ((await behind()) > 0) await delay(5);
    await Promise.all(members.map((member) => member.stop()));
    return { steps: done, appended, failures, ...(await count()) };
  } finally {
    await server.kill();
  }

  async function count(): Promise<{ rows: number; misplaced: number; missing: number }> {
    const client = openClickHouse({ ...config, requestTimeoutMs: 30_000 });
    const sums = { rows: 0, misplaced: 0, missing: 0 };
    for (const [topic, view] of Object.entries(TOPICS)) {
      const answer = await client.query({
        query: `SELECT partition, toUInt32(count()) AS rows, toUInt32(uniqExact(offset)) AS offsets,
            toUInt32(countIf(JSONExtractUInt(record, 'n') != offset)) AS misplaced
          FROM ${config.database}.${view} GROUP BY partition`,
        format: 'JSONEachRow',
      });
      for (const row of await answer.json<{ partition: number; rows: number; offsets: number; misplaced: number }>()) {
        sums.rows += row.rows;
        sums.misplaced += row.misplaced;
        sums.missing += log.entries(topic as keyof typeof TOPICS, row.partition).length - row.offsets;
      }
    }
    await client.close();
    return sums;
  }
}

/** mulberry32: the same seed gives the same steps. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
