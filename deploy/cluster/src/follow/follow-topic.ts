import { setTimeout as wait } from 'node:timers/promises';
import {
  comparePositions,
  type EventSource,
  HaltwireError,
  type LogEntry,
  type Position,
  type TopicName,
} from '@haltwire/schemas';
import type { Logger } from '@haltwire/server';

/** Options of `followTopic`. */
export interface FollowOptions {
  readonly source: EventSource;
  readonly topic: TopicName;
  /** Takes one entry; entries of one partition come in order. Must not throw. */
  readonly apply: (entry: LogEntry) => void;
  readonly logger: Logger;
  /** Pause before the log is asked again after a failure, ms. Default 500. */
  readonly retryMs?: number | undefined;
}

/** A topic that this process reads whole and goes on reading. */
export interface TopicFollower {
  /** Resolves when all that stood in the topic at the start has been applied. Rejects as `following` does. */
  readonly caughtUp: Promise<void>;
  /** Settles when it ends: resolves after `close`, rejects when only a person can mend the log or our access to it. */
  readonly following: Promise<void>;
  /** Resolves when the entry at this position has been applied. Rejects when the signal fires first. */
  applied(position: Position, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

interface Waiting {
  readonly position: Position;
  readonly resolve: () => void;
}

const isPassing = (error: unknown): boolean => HaltwireError.isInstance(error) && error.code === 'HALTWIRE_UNAVAILABLE';

/**
 * Reads every partition of a topic from its start, then follows it for ever. A log that is away is asked again.
 *
 * - `retryMs`: 500 (default)
 *
 * @example
 * const follower = followTopic({ source, topic: TOPIC.keys, apply: (entry) => latest.set(entry.key, entry.value), logger });
 * await follower.caughtUp;
 */
export function followTopic({ source, topic, apply, logger, retryMs = 500 }: FollowOptions): TopicFollower {
  const stop = new AbortController();
  const { signal } = stop;
  const newest = new Map<number, Position>();
  const waiting = new Set<Waiting>();
  let away = false;

  const isApplied = (position: Position): boolean => {
    const last = newest.get(position.partition);
    return last !== undefined && comparePositions(last, position) >= 0;
  };

  function take(batch: readonly LogEntry[]): void {
    for (const entry of batch) {
      apply(entry);
      newest.set(entry.position.partition, entry.position);
    }
    if (away) logger.info(`${topic} is followed again`);
    away = false;
    for (const waiter of waiting) if (isApplied(waiter.position)) waiter.resolve();
  }

  /** Does the work, and again after each failure that passes by itself. Undefined when we were closed meanwhile. */
  async function persist<T>(work: () => Promise<T>): Promise<T | undefined> {
    while (!signal.aborted) {
      try {
        return await work();
      } catch (error) {
        if (signal.aborted) break;
        if (!isPassing(error)) throw error;
        if (!away) logger.warn(`${topic} cannot be read (${(error as Error).message}); trying again`);
        away = true;
        await wait(retryMs, undefined, { signal }).catch(() => {});
      }
    }
    return undefined;
  }

  /** The position after the last applied entry of a partition. */
  function next(partition: number): Position | undefined {
    const last = newest.get(partition);
    return last === undefined ? undefined : { ...last, index: last.index + 1 };
  }

  async function readTo(partition: number, until: Position | undefined): Promise<void> {
    for await (const batch of source.read(topic, partition, { from: next(partition), until, signal })) {
      take(batch);
      if (until !== undefined && (batch.at(-1)?.position.offset ?? 0) >= until.offset - 1) return;
    }
    if (until === undefined && !signal.aborted) {
      throw new HaltwireError('HALTWIRE_UNAVAILABLE', `the log stopped telling of ${topic}`);
    }
  }

  async function catchUp(partition: number): Promise<void> {
    const end = await persist(() => source.end(topic, partition));
    if (end !== undefined && end.offset > 0) await persist(() => readTo(partition, end));
  }

  const partitions = persist(() => source.partitions(topic));
  const caughtUp = (async () => {
    await Promise.all(((await partitions) ?? []).map(catchUp));
    if (signal.aborted) throw new HaltwireError('HALTWIRE_UNAVAILABLE', `${topic} was closed before it was read.`);
    away = false;
  })();
  const following = (async () => {
    try {
      await caughtUp;
      const found = (await partitions) ?? [];
      await Promise.all(found.map((partition) => persist(() => readTo(partition, undefined))));
    } catch (error) {
      if (signal.aborted) return;
      stop.abort();
      throw error;
    }
  })();
  // Whoever needs them awaits them; nobody must.
  caughtUp.catch(() => {});
  following.catch(() => {});

  return {
    caughtUp,
    following,
    applied(position, giveUp) {
      if (isApplied(position)) return Promise.resolve();
      return new Promise((resolve, reject) => {
        const done = (): void => {
          waiting.delete(waiter);
          giveUp.removeEventListener('abort', fail);
          resolve();
        };
        const fail = (): void => {
          waiting.delete(waiter);
          reject(
            new HaltwireError(
              'HALTWIRE_UNAVAILABLE',
              `${topic} took the record, but it could not be read back in time.`,
            ),
          );
        };
        const waiter: Waiting = { position, resolve: done };
        waiting.add(waiter);
        if (giveUp.aborted) fail();
        else giveUp.addEventListener('abort', fail, { once: true });
      });
    },
    async close() {
      stop.abort();
      await following.catch(() => {});
    },
  };
}
