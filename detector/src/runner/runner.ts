import {
  type Decision,
  type EventSource,
  HaltwireError,
  type LogEntry,
  type OwnerSink,
  type Position,
  type SnapshotStore,
  TOPIC,
} from '@haltwire/schemas';
import { Engine } from '../engine/engine.ts';
import type { Output } from '../engine/outputs.ts';
import type { Logger } from '../logger.ts';
import type { Metrics } from '../metrics.ts';
import { DecisionWriter } from './decision-writer.ts';
import { deadLetterOf, readRecord } from './read-record.ts';
import { SessionRecorder } from './session-recorder.ts';
import { Ticker } from './ticker.ts';

export interface RunnerOptions {
  readonly source: EventSource;
  readonly sink: OwnerSink;
  readonly snapshots: SnapshotStore;
  readonly partition: number;
  /** Partitions that share a tenant's caps, this one included. Default 1. */
  readonly shares?: number | undefined;
  /** Name of this owner in claims; must be unique per process start. */
  readonly owner: string;
  /** Records between two snapshots. */
  readonly snapshotEvery: number;
  /** Keep `agent.sessions` for other replicas. Default false. */
  readonly recordSessions?: boolean | undefined;
  /** Offsets of earlier decisions to show to `onRecovered`. Default 0: only what a restore reads anyway. */
  readonly recentDecisions?: number | undefined;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** Takes the outputs of each record, in order, once the partition is owned. Must not throw. */
  readonly onOutputs: (outputs: readonly Output[], engine: Engine) => void;
  /** Takes recent decisions of earlier runs at start, oldest first. Must not throw. */
  readonly onRecovered?: ((decision: Decision) => void) | undefined;
  /** Hears up to where the partition need not be read again. */
  readonly onSnapshot?: ((position: Position) => void) | undefined;
}

/** How a runner's work came to an end. `fenced`: another owner has the partition now. */
export type RunnerEnd = 'stopped' | 'fenced' | 'failed';

/** Key, among the snapshot's entries, of a place before every decision that the snapshot does not cover. */
const DECISIONS_END = 'runner:decisions-end';
/** So much may wait to be written before the next input is read. */
const MOST_WAITING_CHARS = 32 * 1024 * 1024;
/** A partition with little traffic is saved so often, ms: retention must not reach what was not saved. */
const SAVE_EVERY_MS = 30_000;

/**
 * Owns one partition: restores the engine, claims, follows the log, writes decisions, keeps time, snapshots.
 *
 * Nothing leaves `onOutputs` before the own claim has been read back, nor after another owner's claim was seen.
 */
export class PartitionRunner {
  readonly engine = new Engine();
  /** Resolves when it no longer follows the log, for whatever reason. */
  readonly ended: Promise<RunnerEnd>;
  readonly #options: RunnerOptions;
  readonly #ticker: Ticker;
  readonly #stop = new AbortController();
  readonly #claimed = Promise.withResolvers<void>();
  readonly #end = Promise.withResolvers<RunnerEnd>();
  #decisions: DecisionWriter | undefined;
  #sessions: SessionRecorder | undefined;
  #live = false;
  #fenced = false;
  #position: Position | undefined;
  #saved: Position | undefined;
  #sinceSnapshot = 0;
  #saving: Promise<void> = Promise.resolve();
  #saver: NodeJS.Timeout | undefined;
  #following: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;

  constructor(options: RunnerOptions) {
    this.#options = options;
    this.#ticker = new Ticker(options.sink, options.partition, options.metrics, options.logger);
    this.ended = this.#end.promise;
  }

  /** Owned and up to date: leases may be given. */
  get live(): boolean {
    return this.#live && !this.#fenced;
  }

  get partition(): number {
    return this.#options.partition;
  }

  get epoch(): number {
    return this.engine.store.partition.epoch;
  }

  /** Resolves when the partition is restored, claimed and live. Rejects when the log cannot be read or another owner took over. */
  async start(): Promise<void> {
    const { sink, source, snapshots, partition, owner, shares = 1, metrics, logger } = this.#options;
    // First of all the earlier owner's hands are tied: what is read from here on cannot change behind our back.
    const snapshot = await snapshots.load(partition);
    // Whoever was told to stop must not take anything from the one who is to follow.
    this.#throwIfStopped();
    const onFenced = () => this.#fence('another detector writes its decisions');
    const writer = await sink.takeOver(TOPIC.decisions, partition);
    this.#throwIfStopped();
    this.#decisions = new DecisionWriter({ source, writer, partition, metrics, logger, onFenced });
    if (this.#options.recordSessions === true) {
      const sessions = await sink.takeOver(TOPIC.sessions, partition);
      this.#throwIfStopped();
      this.#sessions = new SessionRecorder({ writer: sessions, store: this.engine.store, metrics, logger, onFenced });
    }
    let decisionsFrom: Position | undefined;
    for await (const { key, value } of snapshot.entries) {
      if (key === DECISIONS_END) decisionsFrom = JSON.parse(value) as Position;
      else this.engine.restore(key, value);
    }
    this.engine.restored();
    await this.#decisions.recover(decisionsFrom, this.#options.recentDecisions ?? 0, (decision) =>
      this.#options.onRecovered?.(decision),
    );
    this.#throwIfStopped();
    const claim = JSON.stringify({ type: 'claim', v: 1, owner, partitions: shares });
    await sink.append(TOPIC.inputs, [{ key: 'claim', value: claim }], { partition });
    this.#following = this.#run(snapshot.position);
    this.#saver = setInterval(() => this.#saveSoon(), SAVE_EVERY_MS).unref();
    await this.#claimed.promise;
  }

  /** Stops following, saves a last snapshot. Nothing is lost when it is not called. May be called again. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stopOnce();
    return this.#stopping;
  }

  async #stopOnce(): Promise<void> {
    this.#live = false;
    this.#ticker.stop();
    clearInterval(this.#saver);
    this.#stop.abort();
    await this.#following;
    await this.#saving;
    if (!this.#fenced) await this.#save();
    this.#decisions?.stop();
    this.#sessions?.stop();
    this.#end.resolve('stopped');
  }

  async #run(from: Position | undefined): Promise<void> {
    try {
      await this.#follow(from);
      this.#end.resolve(this.#fenced ? 'fenced' : 'stopped');
      this.#claimed.reject(new HaltwireError('HALTWIRE_UNAVAILABLE', 'the detector was stopped while it started'));
    } catch (error) {
      this.#live = false;
      this.#claimed.reject(error);
      if (!this.#fenced)
        this.#options.logger.error(`partition ${this.partition} is not followed any more: ${wordsOf(error)}`);
      this.#end.resolve(this.#fenced ? 'fenced' : 'failed');
    } finally {
      this.#ticker.stop();
      clearInterval(this.#saver);
      // Whoever waits in `start` hears of it; nobody may be waiting.
      this.#claimed.promise.catch(() => {});
    }
  }

  async #follow(from: Position | undefined): Promise<void> {
    const { source, partition, snapshotEvery } = this.#options;
    this.#position = from;
    this.#saved = from;
    for await (const batch of source.read(TOPIC.inputs, partition, { from, signal: this.#stop.signal })) {
      const decisions: Decision[] = [];
      for (const entry of batch) {
        if (this.#fenced) return;
        const outputs = this.#step(entry);
        this.#sessions?.note(outputs);
        for (const output of outputs) if (output.type === 'decision') decisions.push(output.decision);
        this.#position = { ...entry.position, index: entry.position.index + 1 };
      }
      this.#decisions?.write(decisions);
      this.#ticker.schedule(this.engine.nextTimer(), this.#live);
      this.#sinceSnapshot += batch.length;
      if (this.#sinceSnapshot >= snapshotEvery) {
        await this.#saving;
        this.#saveSoon();
      }
      if ((this.#decisions?.waitingChars ?? 0) > MOST_WAITING_CHARS) await this.#decisions?.flushed();
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
      this.#bury(entry, `the engine failed on this record: ${wordsOf(error)}`);
      return [];
    }
    this.#watchClaims(outputs);
    if (this.live) this.#options.onOutputs(outputs, this.engine);
    return outputs;
  }

  #watchClaims(outputs: readonly Output[]): void {
    for (const output of outputs) {
      if (output.type !== 'claimed') continue;
      if (output.owner === this.#options.owner) {
        this.#live = true;
        this.#claimed.resolve();
      } else if (this.#live) {
        this.#fence(`another detector (${output.owner}) has claimed it`);
      }
    }
  }

  #fence(why: string): void {
    if (this.#fenced) return;
    this.#fenced = true;
    this.#options.metrics.add('partitionsFenced');
    this.#options.logger.warn(`partition ${this.partition} is given up: ${why}`);
    this.#claimed.reject(new HaltwireError('HALTWIRE_FENCED', `partition ${this.partition}: ${why}`));
    this.#claimed.promise.catch(() => {});
    this.#decisions?.stop();
    this.#sessions?.stop();
    this.#stop.abort();
  }

  #throwIfStopped(): void {
    if (!this.#stop.signal.aborted) return;
    this.#end.resolve(this.#fenced ? 'fenced' : 'stopped');
    throw new HaltwireError('HALTWIRE_UNAVAILABLE', 'the detector was stopped while it started');
  }

  #bury(entry: LogEntry, message: string): void {
    const { metrics, logger, sink } = this.#options;
    const { offset, index } = entry.position;
    metrics.add('recordsPoisoned');
    logger.error(`input record ${offset}.${index} goes to ${TOPIC.dead}: ${message}`);
    sink.append(TOPIC.dead, [{ key: entry.key, value: JSON.stringify(deadLetterOf(entry, message)) }]).catch(() => {
      logger.error(`${TOPIC.dead} cannot be written; the record stays readable in ${TOPIC.inputs}`);
    });
  }

  #saveSoon(): void {
    if (!this.live || this.#position === this.#saved) return;
    this.#sinceSnapshot = 0;
    this.#saving = this.#saving.then(() => this.#save());
  }

  async #save(): Promise<void> {
    const { snapshots, partition, metrics, logger, onSnapshot } = this.#options;
    const position = this.#position;
    if (position === undefined || position === this.#saved || this.#decisions === undefined) return;
    const entries = this.engine.takeChanges();
    // Taken now: while the snapshot is saved, decisions of later inputs are written, and the next owner must find them.
    const decisionsEnd = this.#decisions.end;
    try {
      this.#sessions?.forget(entries);
      // The snapshot replaces the inputs that it covers, so what follows from them must be durable first.
      await this.#decisions.flushed();
      await this.#sessions?.flushed();
      const marker = { key: DECISIONS_END, value: JSON.stringify(decisionsEnd) };
      await snapshots.save(partition, position, [...entries, marker]);
      this.#saved = position;
      metrics.add('snapshotsSaved');
      onSnapshot?.(position);
    } catch (error) {
      this.engine.store.markChanged(entries.map((entry) => entry.key));
      if (HaltwireError.isInstance(error) && error.code === 'HALTWIRE_FENCED') {
        this.#fence('another detector saves its snapshots');
        return;
      }
      logger.warn(`the snapshot was not saved; a restart replays more of the log: ${wordsOf(error)}`);
    }
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown error';
}
