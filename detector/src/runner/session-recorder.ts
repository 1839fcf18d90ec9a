import {
  type ExclusiveWriter,
  type HoldClosed,
  type SessionRecord,
  type SnapshotEntry,
  sessionKeyOf,
  TOPIC,
} from '@haltwire/schemas';
import { sessionRecordOf } from '../analyst/views.ts';
import type { Output } from '../engine/outputs.ts';
import type { StateStore } from '../engine/state/store.ts';
import type { Logger } from '../logger.ts';
import type { Metrics } from '../metrics.ts';
import { SteadyWriter } from './steady-writer.ts';

/** Sessions that are written before newer changes are looked at. */
const GROUP = 256;

export interface SessionRecorderOptions {
  readonly writer: ExclusiveWriter;
  readonly store: StateStore;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly onFenced: () => void;
}

/**
 * Keeps `agent.sessions` up to date: what every gateway and every API must know of a session, its kill above all.
 *
 * A session that changes many times while an append is under way is written once, as it is then.
 */
export class SessionRecorder {
  readonly #options: SessionRecorderOptions;
  readonly #steady: SteadyWriter;
  /** Sessions whose record is out of date, with their holds that were closed since. */
  readonly #changed = new Map<string, HoldClosed[]>();
  #writing: Promise<void> | undefined;

  constructor(options: SessionRecorderOptions) {
    const { writer, logger, metrics, onFenced } = options;
    this.#options = options;
    this.#steady = new SteadyWriter(writer, {
      name: TOPIC.sessions,
      logger,
      onFenced,
      onWritten: (positions) => metrics.add('sessionsRecorded', positions.length),
    });
  }

  /** Takes note of a record's outputs. */
  note(outputs: readonly Output[]): void {
    for (const output of outputs) {
      const key = changedBy(output);
      if (key === undefined) continue;
      const closed = this.#changed.get(key) ?? [];
      if (output.type === 'hold-closed') closed.push({ holdId: output.holdId, outcome: output.outcome, by: output.by });
      this.#changed.set(key, closed);
    }
    this.#begin();
  }

  /** Takes note of sessions that the engine has forgotten. */
  forget(changes: readonly SnapshotEntry[]): void {
    for (const { key, value } of changes) {
      if (value === null && key.startsWith('session:')) this.#changed.set(key.slice('session:'.length), []);
    }
    this.#begin();
  }

  /** Resolves when everything noted so far is durable. Rejects with `HALTWIRE_FENCED` when it never will be. */
  async flushed(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
    await this.#steady.flushed();
  }

  stop(): void {
    this.#steady.stop();
  }

  #begin(): void {
    if (this.#changed.size > 0) this.#writing ??= this.#write();
  }

  async #write(): Promise<void> {
    try {
      while (this.#changed.size > 0) {
        const changed = [...this.#changed].slice(0, GROUP);
        for (const [key] of changed) this.#changed.delete(key);
        for (const [key, closed] of changed) this.#steady.push([this.#entryOf(key, closed)]);
        await this.#steady.flushed();
      }
    } catch {
      // Fenced: the next owner writes them.
      this.#changed.clear();
    } finally {
      this.#writing = undefined;
    }
  }

  #entryOf(key: string, closed: readonly HoldClosed[]): SnapshotEntry {
    const { store } = this.#options;
    const session = store.sessions.get(key);
    if (session === undefined) return { key, value: null };
    return { key, value: JSON.stringify(sessionRecordOf(session, store, closed) satisfies SessionRecord) };
  }
}

/** The session whose record an output makes out of date. */
function changedBy(output: Output): string | undefined {
  switch (output.type) {
    case 'session':
    case 'posture':
    case 'kill':
    case 'release':
    case 'hold-closed':
      return output.sessionKey;
    case 'hold-opened':
      return output.hold.sessionKey;
    case 'decision':
      return output.decision.decision === 'allow' ? undefined : sessionKeyOf(output.decision);
    default:
      return undefined;
  }
}
