import { HaltwireError, type Position, type SnapshotEntry, type SnapshotStore, TOPIC } from '@haltwire/schemas';
import { type Dialer, openLine } from '../client/connection.ts';
import { asHaltwireError, isFinal, kafkaErrorType } from '../client/errors.ts';
import type { KafkaMetrics } from '../metrics.ts';
import { topicNameOf } from '../topics/topic-name.ts';
import { readAll } from './read-all.ts';
import { type SnapshotWriter, takeOver } from './transactions.ts';

/** Key of the record that says up to where the snapshot covers the log. */
export const POSITION_KEY = 'haltwire/position';

const LOAD_ATTEMPTS = 5;
const LOAD_PAUSE_MS = 100;
const FENCED = [
  'INVALID_PRODUCER_EPOCH',
  'PRODUCER_FENCED',
  'INVALID_PRODUCER_ID_MAPPING',
  'TRANSACTION_COORDINATOR_FENCED',
];
const KAFKA_ERROR_PRODUCER_FENCED = /newer epoch|producer.*fenced|fenced/i;

interface Held {
  writer: SnapshotWriter | undefined;
  /** End of the topic's partition when we last knew all that is in it. */
  knownEnd: number;
  /** Positions that may be the newest one there without anybody else having written. */
  ours: string[];
  fenced: boolean;
}

export interface SnapshotsOptions {
  readonly dialer: Dialer;
  readonly metrics: KafkaMetrics;
}

/** The store and its end. */
export interface OpenSnapshots {
  readonly snapshots: SnapshotStore;
  close(): Promise<void>;
}

function isFenced(error: unknown): boolean {
  if (FENCED.includes(kafkaErrorType(error) ?? '')) return true;
  return error instanceof Error && KAFKA_ERROR_PRODUCER_FENCED.test(error.message);
}

function fencedError(partition: number): HaltwireError {
  return new HaltwireError(
    'HALTWIRE_FENCED',
    `Another process has taken over the snapshots of partition ${partition}: this one must stop, or load them again.`,
  );
}

/**
 * `SnapshotStore` over the compacted topic `agent.baselines`: one Kafka transaction per save.
 *
 * Entries and position are committed together, compaction keeps the newest committed value of each key, and a reader of
 * what is committed never sees part of a save. The transactional id is the partition's: who loads a partition takes it
 * over, and the brokers refuse every later save of the one before (`HALTWIRE_FENCED`). Generation markers in the keys
 * would give the first but not the second, and compaction could not throw old generations away.
 */
export function createSnapshots({ dialer, metrics }: SnapshotsOptions): OpenSnapshots {
  const { config } = dialer;
  const topic = topicNameOf(TOPIC.baselines, config);
  const held = new Map<number, Held>();
  const idOf = (partition: number) => `${config.topicPrefix}haltwire-snapshots-${partition}`;
  let closed = false;

  function refuseWhenClosed(): void {
    if (closed) throw new HaltwireError('HALTWIRE_UNAVAILABLE', 'The log is closed.');
  }

  async function readFrom(partition: number, from: number | undefined) {
    const entries = new Map<string, string>();
    let position: string | undefined;
    const line = openLine(dialer);
    try {
      const end = await readAll({
        dialer,
        line,
        topic,
        partition,
        from,
        onRecord({ key, value }) {
          if (key === POSITION_KEY) position = value ?? undefined;
          else if (key !== null && value !== null) entries.set(key, value);
          else if (key !== null) entries.delete(key);
        },
      });
      return { entries, position, end };
    } finally {
      line.drop();
    }
  }

  /** Loading changes nothing but the ownership, so it may be tried again. */
  async function load(partition: number) {
    refuseWhenClosed();
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await loadOnce(partition);
      } catch (error) {
        if (attempt >= LOAD_ATTEMPTS || closed || isFinal(error)) {
          throw asHaltwireError(error, `loading the snapshot of partition ${partition}`);
        }
        await new Promise((resolve) => setTimeout(resolve, LOAD_PAUSE_MS * attempt));
      }
    }
  }

  async function loadOnce(partition: number) {
    // Taking over first: it ends what an earlier owner left open, so that the end that we read to is the last word.
    const before = held.get(partition);
    // Also from ourselves: a commit is answered before readers of what is committed can see it.
    await before?.writer?.close().catch(() => {});
    const writer = await takeOver(dialer, idOf(partition));
    const state: Held = { writer, knownEnd: 0, ours: [], fenced: false };
    held.set(partition, state);
    const { entries, position, end } = await readFrom(partition, undefined);
    state.knownEnd = end;
    if (position !== undefined) state.ours = [position];
    return { entries, position };
  }

  /** After a save that hangs in the air somebody else may own the partition: look before writing again. */
  async function takeBack(partition: number, state: Held): Promise<SnapshotWriter> {
    const writer = await takeOver(dialer, idOf(partition));
    const { position, end } = await readFrom(partition, state.knownEnd);
    if (position !== undefined && !state.ours.includes(position)) {
      state.fenced = true;
      await writer.close().catch(() => {});
      throw fencedError(partition);
    }
    state.knownEnd = end;
    state.writer = writer;
    return writer;
  }

  async function save(partition: number, position: Position, entries: readonly SnapshotEntry[]): Promise<void> {
    if (entries.some(({ key }) => key === POSITION_KEY)) {
      throw new HaltwireError(
        'HALTWIRE_BAD_REQUEST',
        `${POSITION_KEY} is the store's own key; name the entry otherwise.`,
      );
    }
    if (!held.has(partition)) await load(partition);
    const state = held.get(partition);
    if (state === undefined || state.fenced) throw fencedError(partition);
    const text = JSON.stringify(position);
    try {
      const writer = state.writer ?? (await takeBack(partition, state));
      state.ours = [...state.ours.slice(-1), text];
      await writer.write(topic, [
        ...entries.map(({ key, value }) => ({ key, value, partition })),
        { key: POSITION_KEY, value: text, partition },
      ]);
      metrics.add('snapshotsSaved');
    } catch (error) {
      if (HaltwireError.isInstance(error)) throw error;
      const failed = state.writer;
      state.writer = undefined;
      await failed?.close().catch(() => {});
      if (isFenced(error)) {
        state.fenced = true;
        throw fencedError(partition);
      }
      throw asHaltwireError(error, `saving the snapshot of partition ${partition}`);
    }
  }

  const snapshots: SnapshotStore = {
    async save(partition, position, entries) {
      refuseWhenClosed();
      await save(partition, position, entries);
    },
    async load(partition) {
      const { entries, position } = await load(partition);
      return {
        position: position === undefined ? undefined : (JSON.parse(position) as Position),
        entries: each(entries),
      };
    },
  };

  return {
    snapshots,
    async close() {
      closed = true;
      await Promise.all([...held.values()].map(({ writer }) => writer?.close().catch(() => {})));
      held.clear();
    },
  };
}

async function* each(entries: ReadonlyMap<string, string>): AsyncGenerator<{ key: string; value: string }> {
  for (const [key, value] of entries) yield { key, value };
}
