import {
  type DeadLetter,
  type Decision,
  type EventSink,
  type EventSource,
  HaltwireError,
  type InputRecord,
  inputRecordSchema,
  type LogEntry,
  type Position,
  type SnapshotStore,
  TOPIC,
} from '@haltwire/schemas';
import { Engine } from '../engine/engine.ts';
import type { Output } from '../engine/outputs.ts';
import type { Logger } from '../logger.ts';
import type { Metrics } from '../metrics.ts';
import { DecisionWriter } from './decision-writer.ts';
import { Ticker } from './ticker.ts';

export interface RunnerOptions {
  readonly source: EventSource;
  readonly sink: EventSink;
  readonly snapshots: SnapshotStore;
  readonly partition: number;
  /** Name of this owner in claims; must be unique per process start. */
  readonly owner: string;
  /** Records between two snapshots. */
  readonly snapshotEvery: number;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** Takes the outputs of each record, in order, once the partition is owned. Must not throw. */
  readonly onOutputs: (outputs: readonly Output[]) => void;
  /** Takes recent decisions of earlier runs at start, oldest first. Must not throw. */
  readonly onRecovered: (decision: Decision) => void;
}

/** Key, among the snapshot's entries, of where the decisions topic ended when the snapshot was taken. */
const DECISIONS_END = 'runner:decisions-end';

/**
 * Owns one partition: restores the engine, claims, follows the log, writes decisions, keeps time, snapshots.
 *
 * Nothing leaves `onOutputs` before the own claim has been read back, nor after another owner's claim was seen.
 */
export class PartitionRunner {
  readonly engine = new Engine();
  readonly #options: RunnerOptions;
  readonly #writer: DecisionWriter;
  readonly #ticker: Ticker;
  readonly #stop = new AbortController();
  #live = false;
  #fenced = false;
  #position: Position | undefined;
  #sinceSnapshot = 0;
  #saving: Promise<void> = Promise.resolve();
  #loop: Promise<void> | undefined;
  #markLive: () => void = () => {};
  #markFailed: (error: unknown) => void = () => {};

  constructor(options: RunnerOptions) {
    this.#options = options;
    this.#writer = new DecisionWriter(options.sink, options.metrics, options.logger);
    this.#ticker = new Ticker(options.sink, options.metrics, options.logger);
  }

  /** Owned and up to date: leases may be given. */
  get live(): boolean {
    return this.#live && !this.#fenced;
  }

  get epoch(): number {
    return this.engine.store.partition.epoch;
  }

  /** Resolves when the partition is restored, claimed and live. Rejects when the log cannot be read or another owner took over. */
  async start(): Promise<void> {
    const { source, sink, snapshots, partition, owner, onRecovered } = this.#options;
    const snapshot = await snapshots.load(partition);
    let decisionsFrom: Position | undefined;
    for await (const { key, value } of snapshot.entries) {
      if (key === DECISIONS_END) decisionsFrom = JSON.parse(value) as Position;
      else this.engine.restore(key, value);
    }
    this.engine.restored();
    await this.#writer.recover(source, partition, decisionsFrom, onRecovered);
    await sink.append(TOPIC.inputs, [{ key: 'claim', value: JSON.stringify({ type: 'claim', v: 1, owner }) }]);
    const live = new Promise<void>((resolve, reject) => {
      this.#markLive = resolve;
      this.#markFailed = reject;
    });
    this.#loop = this.#follow(snapshot.position).catch((error: unknown) => {
      this.#live = false;
      this.#markFailed(error);
      this.#options.logger.error(
        `the detector stopped following the log: ${error instanceof Error ? error.message : 'unknown error'}`,
      );
    });
    await live;
  }

  /** Stops following, saves a last snapshot. Nothing is lost when it is not called. */
  async stop(): Promise<void> {
    this.#live = false;
    this.#ticker.stop();
    this.#stop.abort();
    await this.#loop;
    await this.#saving;
    if (!this.#fenced && this.#position !== undefined) await this.#save(this.#position);
    this.#writer.stop();
  }

  async #follow(from: Position | undefined): Promise<void> {
    const { source, partition, snapshotEvery } = this.#options;
    this.#position = from;
    for await (const batch of source.read(TOPIC.inputs, partition, { from, signal: this.#stop.signal })) {
      const decisions: Decision[] = [];
      for (const entry of batch) {
        if (this.#fenced) return;
        for (const output of this.#step(entry)) if (output.type === 'decision') decisions.push(output.decision);
        this.#position = { ...entry.position, index: entry.position.index + 1 };
      }
      this.#writer.write(decisions);
      this.#ticker.schedule(this.engine.nextTimer(), this.#live);
      this.#sinceSnapshot += batch.length;
      if (this.#sinceSnapshot >= snapshotEvery && this.#position !== undefined) {
        this.#sinceSnapshot = 0;
        const position = this.#position;
        await this.#saving;
        this.#saving = this.#save(position);
      }
    }
  }

  /** One record: never throws, whatever it holds. */
  #step(entry: LogEntry): readonly Output[] {
    this.#options.metrics.add('recordsProcessed');
    const record = readRecord(entry.value);
    if (typeof record === 'string') {
      this.#bury(entry, record);
      return [];
    }
    let outputs: readonly Output[];
    try {
      outputs = this.engine.process(entry, record);
    } catch (error) {
      // No verdict is given, so the sdk denies the call: closed, and counted.
      this.#bury(
        entry,
        `the engine failed on this record: ${error instanceof Error ? error.message : 'unknown error'}`,
      );
      return [];
    }
    this.#watchClaims(outputs);
    if (this.live) this.#options.onOutputs(outputs);
    return outputs;
  }

  #watchClaims(outputs: readonly Output[]): void {
    for (const output of outputs) {
      if (output.type !== 'claimed') continue;
      if (output.owner === this.#options.owner) {
        this.#live = true;
        this.#markLive();
      } else if (this.#live) {
        this.#fenced = true;
        this.#options.logger.error(`another detector (${output.owner}) has claimed the partition: this one stops`);
        this.#markFailed(
          new HaltwireError('HALTWIRE_FENCED', `partition ${this.#options.partition} was claimed by ${output.owner}`),
        );
      }
    }
  }

  #bury(entry: LogEntry, message: string): void {
    const { metrics, logger, sink } = this.#options;
    metrics.add('recordsPoisoned');
    logger.error(`input record ${entry.position.offset}.${entry.position.index} goes to ${TOPIC.dead}: ${message}`);
    const letter: DeadLetter = {
      type: 'dead-letter',
      v: 1,
      reason: 'unknown-record',
      message: message.slice(0, 1000),
      source: TOPIC.inputs,
      body: entry.value.slice(0, 4096),
    };
    sink.append(TOPIC.dead, [{ key: entry.key, value: JSON.stringify(letter) }]).catch(() => {
      logger.error(`${TOPIC.dead} cannot be written; the record stays readable in ${TOPIC.inputs}`);
    });
  }

  async #save(position: Position): Promise<void> {
    const { snapshots, source, partition, metrics, logger } = this.#options;
    const entries = this.engine.takeChanges();
    try {
      // The snapshot replaces the inputs that it covers, so their decisions must be durable first.
      await this.#writer.flushed();
      const end = await source.end(TOPIC.decisions, partition);
      await snapshots.save(partition, position, [...entries, { key: DECISIONS_END, value: JSON.stringify(end) }]);
      metrics.add('snapshotsSaved');
    } catch (error) {
      this.engine.store.markChanged(entries.map((entry) => entry.key));
      logger.warn(
        `the snapshot was not saved; a restart replays more of the log: ${error instanceof Error ? error.message : ''}`,
      );
    }
  }
}

function readRecord(value: string): InputRecord | string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(value);
  } catch {
    return 'not JSON';
  }
  const result = inputRecordSchema.safeParse(parsed);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  return `${issue?.path.join('.') || 'record'}: ${issue?.message ?? 'not an input record'}`;
}
