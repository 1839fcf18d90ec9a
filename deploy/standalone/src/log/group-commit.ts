import { HaltwireError } from '@haltwire/schemas';
import type { RootDatabase } from 'lmdb';

/** Most bytes of one commit: keeps one huge append from delaying everything behind it for long. */
const MAX_GROUP_BYTES = 16 * 1024 * 1024;

/** How long a patient write waits for an urgent one to share its flush with, ms. */
const PATIENCE_MS = 20;

/** `urgent`: somebody waits for the answer, the commit begins as soon as the disk is free. `patient`: it may wait. */
export type Urgency = 'urgent' | 'patient';

interface Write {
  readonly urgency: Urgency;
  readonly bytes: number;
  /** Puts into the open transaction. Must not throw: everything was checked before it was queued. */
  readonly stage: () => void;
  readonly resolve: () => void;
  readonly reject: (error: HaltwireError) => void;
}

/** Options of `createGroupCommit`. */
export interface GroupCommitOptions {
  readonly environment: RootDatabase<Buffer, number>;
  /** Most bytes waiting for the disk before writers are turned away. */
  readonly maxQueuedBytes: number;
  /** Called after each commit, before its writers are answered. */
  readonly onCommitted: () => void;
  /** Called when a commit failed, before its writers are rejected: forget what was staged. */
  readonly onFailed: () => void;
}

/** One writer that commits everything that came in while the disk was busy in one go. */
export interface GroupCommit {
  /**
   * Resolves when the staged puts are on disk. Rejects with `HALTWIRE_UNAVAILABLE`. Writes keep their order, whatever
   * their urgency. Default: `urgent`.
   */
  write(bytes: number, stage: () => void, urgency?: Urgency): Promise<void>;
  readonly commits: number;
  /** Waits for queued writes, then refuses further ones. */
  close(): Promise<void>;
}

/**
 * Group commit over LMDB: one transaction at a time, each holding all writes that queued up meanwhile.
 *
 * A lone write waits for one flush; under load a flush is shared, so throughput grows while latency hardly does. A
 * patient write never makes an urgent one wait for a flush of its own: it goes with the next, or when its patience ends.
 */
export function createGroupCommit(options: GroupCommitOptions): GroupCommit {
  const { environment, maxQueuedBytes } = options;
  let queue: Write[] = [];
  let queuedBytes = 0;
  let urgent = 0;
  let patience: NodeJS.Timeout | undefined;
  let commits = 0;
  let running: Promise<void> | undefined;
  let closed = false;
  let broken: HaltwireError | undefined;

  function takeGroup(): Write[] {
    let bytes = 0;
    let count = 0;
    for (const write of queue) {
      if (count > 0 && bytes + write.bytes > MAX_GROUP_BYTES) break;
      bytes += write.bytes;
      count += 1;
    }
    const group = queue.slice(0, count);
    queue = queue.slice(count);
    queuedBytes -= bytes;
    urgent -= group.filter((write) => write.urgency === 'urgent').length;
    return group;
  }

  function stageAll(group: readonly Write[]): void {
    try {
      for (const write of group) write.stage();
    } catch (cause) {
      // Half a group may be in the transaction: nothing after this can be trusted to be contiguous.
      broken = new HaltwireError('HALTWIRE_STORAGE', 'The log refused a write; restart the server.', { cause });
    }
  }

  function begin(): void {
    clearTimeout(patience);
    patience = undefined;
    running ??= run();
  }

  async function run(): Promise<void> {
    do {
      const group = takeGroup();
      try {
        await environment.batch(() => stageAll(group));
        if (broken !== undefined) throw broken;
        commits += 1;
        options.onCommitted();
        for (const write of group) write.resolve();
      } catch (cause) {
        options.onFailed();
        const error = new HaltwireError(
          'HALTWIRE_UNAVAILABLE',
          'The log could not write to disk; check free space and permissions of the data folder, then retry.',
          { cause },
        );
        for (const write of group) write.reject(error);
      }
    } while (urgent > 0 || (closed && queue.length > 0));
    running = undefined;
    if (queue.length > 0) patience = setTimeout(begin, PATIENCE_MS);
  }

  return {
    get commits() {
      return commits;
    },
    write(bytes, stage, urgency = 'urgent') {
      const refusal = broken ?? (closed ? new HaltwireError('HALTWIRE_UNAVAILABLE', 'The log is closed.') : undefined);
      if (refusal !== undefined) return Promise.reject(refusal);
      if (queuedBytes > 0 && queuedBytes + bytes > maxQueuedBytes) {
        return Promise.reject(
          new HaltwireError(
            'HALTWIRE_UNAVAILABLE',
            `The disk is slower than the senders: ${queuedBytes} bytes wait already. Retry in a moment.`,
          ),
        );
      }
      return new Promise((resolve, reject) => {
        queue.push({ urgency, bytes, stage, resolve, reject });
        queuedBytes += bytes;
        if (urgency === 'urgent') {
          urgent += 1;
          begin();
        } else if (running === undefined) {
          patience ??= setTimeout(begin, PATIENCE_MS);
        }
      });
    },
    async close() {
      closed = true;
      if (queue.length > 0) begin();
      await running;
    },
  };
}
