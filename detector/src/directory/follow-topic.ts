import { type EventSource, HaltwireError, type LogEntry, type Position, type TopicName } from '@haltwire/schemas';
import type { Logger } from '../logger.ts';

const FIRST_RETRY_MS = 200;
const MOST_RETRY_MS = 5000;

export interface FollowOptions {
  readonly source: EventSource;
  readonly topic: TopicName;
  /** `start`: everything that is kept; `end`: what comes from now on; a number: so many of each partition's newest offsets. */
  readonly from: 'start' | 'end' | number;
  /** Which partitions. Default: all. */
  readonly partitions?: readonly number[] | undefined;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** Takes what is read, in order within a partition. Must not throw. */
  readonly onEntries: (entries: readonly LogEntry[]) => void;
  /** Hears that retention has removed what was not read yet: from here on only what is new is delivered. */
  readonly onMissed?: (() => void) | undefined;
}

/**
 * Follows a whole topic until the signal aborts, through failures of the log. Resolves when everything that was there at
 * the call has been delivered; rejects only when aborted before that.
 */
export async function followTopic(options: FollowOptions): Promise<void> {
  const { source, topic } = options;
  const partitions = options.partitions ?? (await untilDone(options, () => source.partitions(topic)));
  await Promise.all(partitions.map((partition) => followPartition(options, partition)));
}

async function followPartition(options: FollowOptions, partition: number): Promise<void> {
  const { source, topic, from, signal, onEntries } = options;
  const end = await untilDone(options, () => source.end(topic, partition));
  let next = startOf(from, end);
  const readTo = async (until: Position | undefined): Promise<void> => {
    for await (const batch of source.read(topic, partition, { from: next, until, signal })) {
      onEntries(batch);
      const last = batch.at(-1)?.position;
      if (last !== undefined) next = { ...last, index: last.index + 1 };
    }
    signal.throwIfAborted();
  };
  const skipWhatIsGone = async (error: unknown): Promise<void> => {
    if (!HaltwireError.isInstance(error) || error.code !== 'HALTWIRE_STORAGE') throw error;
    next = await source.end(topic, partition);
    options.onMissed?.();
  };
  if (end.offset > 0 && from !== 'end') await untilDone(options, () => readTo(end));
  next = next === undefined || next.offset < end.offset ? end : next;
  // From here on nobody waits for it.
  untilDone(options, async () => {
    await readTo(undefined).catch(skipWhatIsGone);
    throw new Error('the log ended its iteration');
  }).catch(() => {});
}

function startOf(from: FollowOptions['from'], end: Position): Position | undefined {
  if (from === 'end') return end;
  const offset = from === 'start' ? 0 : Math.max(0, end.offset - from);
  return offset === 0 ? undefined : { ...end, offset };
}

/** Tries until it succeeds. Rejects when the signal has aborted. */
export async function untilDone<T>(
  { topic, logger, signal }: Pick<FollowOptions, 'topic' | 'logger' | 'signal'>,
  action: () => Promise<T>,
): Promise<T> {
  for (let wait = FIRST_RETRY_MS; ; wait = Math.min(MOST_RETRY_MS, wait * 2)) {
    signal.throwIfAborted();
    try {
      return await action();
    } catch (error) {
      signal.throwIfAborted();
      logger.warn(`${topic} cannot be followed, retrying: ${error instanceof Error ? error.message : 'unknown error'}`);
    }
    await pause(wait, signal);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done);
  });
}
