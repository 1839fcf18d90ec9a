import { setTimeout as delay } from 'node:timers/promises';
import type { EventSource, OwnerSink, Position, SnapshotStore } from '@haltwire/schemas';
import type { Engine } from '../engine/engine.ts';
import type { Output } from '../engine/outputs.ts';
import type { Logger } from '../logger.ts';
import type { Metrics } from '../metrics.ts';
import { PartitionRunner } from '../runner/runner.ts';

export interface OwnedPartitionsOptions {
  readonly source: EventSource;
  readonly sink: OwnerSink;
  readonly snapshots: SnapshotStore;
  /** Makes a name for each claim. */
  readonly ownerName: () => string;
  /** Partitions of the topic in all. */
  readonly shares: number;
  readonly snapshotEvery: number;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly onOutputs: (outputs: readonly Output[], engine: Engine, partition: number) => void;
  readonly onSnapshot: (position: Position) => void;
  /** First wait before a partition is taken over again after a failure, ms; doubles up to ten times. Default 500. */
  readonly retryMs?: number | undefined;
}

interface Held {
  readonly stop: AbortController;
  /** Ends the present wait: there is news of who owns what. */
  nudge: () => void;
  runner: PartitionRunner | undefined;
  readonly done: Promise<void>;
}

/** How long a partition is left to whoever has claimed it, at most, unless the assignment is confirmed earlier, ms. */
const YIELD_MS = 10_000;

/**
 * The partitions that this replica was given. Each is taken over and followed until it is taken away; after a failure, or
 * when another detector has claimed it although it is still ours, it is taken over again.
 */
export class OwnedPartitions {
  readonly #options: OwnedPartitionsOptions;
  readonly #held = new Map<number, Held>();
  /** Hand-overs under way: a partition that comes back at once waits for its own end. */
  readonly #ending = new Map<number, Promise<void>>();

  constructor(options: OwnedPartitionsOptions) {
    this.#options = options;
  }

  /** Works on exactly these from now on. */
  assign(partitions: readonly number[]): void {
    for (const partition of [...this.#held.keys()]) if (!partitions.includes(partition)) this.#letGo(partition);
    for (const partition of partitions) {
      const held = this.#held.get(partition);
      if (held === undefined) this.#take(partition);
      else held.nudge();
    }
  }

  /** Partitions that were given to us. */
  get assigned(): readonly number[] {
    return [...this.#held.keys()].sort((a, b) => a - b);
  }

  /** Those of them that are restored, claimed and followed. */
  get live(): readonly number[] {
    return this.assigned.filter((partition) => this.#held.get(partition)?.runner?.live === true);
  }

  /** The engine of a live partition, any. */
  get anyEngine(): Engine | undefined {
    const [first] = this.live;
    return first === undefined ? undefined : this.#held.get(first)?.runner?.engine;
  }

  /** Hands everything over: saves, then ends. */
  async stop(): Promise<void> {
    this.assign([]);
    await Promise.all(this.#ending.values());
  }

  #take(partition: number): void {
    const stop = new AbortController();
    const held: Held = { stop, nudge: () => {}, runner: undefined, done: Promise.resolve() };
    const before = this.#ending.get(partition) ?? Promise.resolve();
    this.#held.set(partition, Object.assign(held, { done: before.then(() => this.#keep(partition, held)) }));
  }

  #letGo(partition: number): void {
    const held = this.#held.get(partition);
    if (held === undefined) return;
    this.#held.delete(partition);
    held.stop.abort();
    const ending = Promise.all([held.runner?.stop(), held.done])
      .then(() => {})
      .finally(() => {
        if (this.#ending.get(partition) === ending) this.#ending.delete(partition);
      });
    this.#ending.set(partition, ending);
  }

  async #keep(partition: number, held: Held): Promise<void> {
    const { logger, metrics, retryMs = 500 } = this.#options;
    let yields = 0;
    for (let attempt = 0; !held.stop.signal.aborted; attempt += 1) {
      const runner = this.#newRunner(partition);
      held.runner = runner;
      try {
        await runner.start();
        logger.info(`partition ${partition} is ours, epoch ${runner.epoch}`);
        attempt = 0;
        // Two that both believe a partition theirs must not take it from each other in turns.
        if ((await runner.ended) === 'fenced') {
          await this.#wait(held, Math.min(YIELD_MS, retryMs * 2 ** yields));
          yields += 1;
        }
      } catch (error) {
        if (held.stop.signal.aborted) return;
        logger.warn(
          `partition ${partition} could not be taken over: ${error instanceof Error ? error.message : error}`,
        );
      }
      await runner.stop().catch(() => {});
      if (held.stop.signal.aborted) return;
      metrics.add('takeoversFailed');
      await this.#wait(held, retryMs * 2 ** Math.min(attempt, 4));
    }
  }

  /** Resolves after so many ms, when the assignment is confirmed, or when the partition is taken away. */
  async #wait(held: Held, ms: number): Promise<void> {
    const woken = new AbortController();
    held.nudge = () => woken.abort();
    const signal = AbortSignal.any([held.stop.signal, woken.signal]);
    await delay(ms, undefined, { signal }).catch(() => {});
    held.nudge = () => {};
  }

  #newRunner(partition: number): PartitionRunner {
    const { source, sink, snapshots, ownerName, shares, snapshotEvery, metrics, logger } = this.#options;
    return new PartitionRunner({
      source,
      sink,
      snapshots,
      partition,
      shares,
      owner: ownerName(),
      snapshotEvery,
      recordSessions: true,
      metrics,
      logger,
      onOutputs: (outputs, engine) => this.#options.onOutputs(outputs, engine, partition),
      onSnapshot: this.#options.onSnapshot,
    });
  }
}
