import { type EventSource, HaltwireError, TOPIC } from '@haltwire/schemas';
import { MemoryLog } from '@haltwire/schemas/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../logger.ts';
import { eventually } from '../testing/replicas.ts';
import { followTopic } from './follow-topic.ts';

const entry = (value: string, key = 'k') => ({ key, value });

describe('following a whole topic', () => {
  let stop = new AbortController();
  afterEach(() => {
    stop.abort();
    stop = new AbortController();
  });
  const follow = (source: EventSource, seen: string[], from: 'start' | 'end' | number, onMissed?: () => void) =>
    followTopic({
      source,
      topic: TOPIC.sessions,
      from,
      logger: silentLogger,
      signal: stop.signal,
      onEntries: (entries) => seen.push(...entries.map(({ value }) => value)),
      onMissed,
    });

  it('has delivered everything that was there when it resolves, from all partitions, and goes on', async () => {
    const log = new MemoryLog(3);
    const seen: string[] = [];
    for (let n = 0; n < 9; n += 1) await log.append(TOPIC.sessions, [entry(`v${n}`)], { partition: n % 3 });
    await follow(log, seen, 'start');
    expect([...seen].sort()).toEqual(Array.from({ length: 9 }, (_, n) => `v${n}`));
    await log.append(TOPIC.sessions, [entry('later')], { partition: 2 });
    await eventually(() => seen.includes('later'));
  });

  it('begins at the end, or so many offsets before it', async () => {
    const log = new MemoryLog();
    await log.append(
      TOPIC.sessions,
      ['a', 'b', 'c'].map((value) => entry(value)),
    );
    const [tail, recent]: [string[], string[]] = [[], []];
    await Promise.all([follow(log, tail, 'end'), follow(log, recent, 2)]);
    await log.append(TOPIC.sessions, [entry('d')]);
    await eventually(() => tail.length > 0 && recent.length > 2);
    expect(tail).toEqual(['d']);
    expect(recent).toEqual(['b', 'c', 'd']);
  });

  it('waits for a log that is away, before and after it has caught up, and misses nothing', async () => {
    const log = new MemoryLog();
    await log.append(TOPIC.sessions, [entry('a')]);
    log.failing = true;
    const seen: string[] = [];
    const following = follow(log, seen, 'start');
    await new Promise(setImmediate);
    log.failing = false;
    await following;
    expect(seen).toEqual(['a']);
  });

  it('says so when retention was faster, and goes on with what is new', async () => {
    const log = new MemoryLog();
    let gone = true;
    const source: EventSource = {
      partitions: () => log.partitions(),
      end: (topic, partition) => log.end(topic, partition),
      async *read(...args) {
        if (gone) {
          gone = false;
          await log.append(TOPIC.sessions, [entry('removed')]);
          throw new HaltwireError('HALTWIRE_STORAGE', 'it begins later now');
        }
        yield* log.read(...args);
      },
    };
    const seen: string[] = [];
    let missed = 0;
    await follow(source, seen, 'end', () => {
      missed += 1;
    });
    await eventually(() => missed === 1);
    await log.append(TOPIC.sessions, [entry('new')]);
    await eventually(() => seen.length > 0);
    expect(seen).toEqual(['new']);
  });
});
