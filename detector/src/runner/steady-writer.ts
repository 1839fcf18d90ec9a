import { type ExclusiveWriter, HaltwireError, type Position, type SnapshotEntry } from '@haltwire/schemas';
import type { Logger } from '../logger.ts';

/** Entries that are written together or not at all. */
export type Group = readonly SnapshotEntry[];

/** One append carries about so many characters. */
const APPEND_CHARS = 1024 * 1024;
const MOST_WAIT_MS = 5000;
/** Failures of one append between two log lines. */
const SAY_EVERY = 20;

export interface SteadyWriterOptions {
  /** For log lines: what is written. */
  readonly name: string;
  readonly logger: Logger;
  /** Called for each append that was answered, with the places of its entries. */
  readonly onWritten: (positions: readonly Position[]) => void;
  /** Called once when somebody else has taken the partition over. */
  readonly onFenced: () => void;
  /** First wait between attempts, ms. Default 200. */
  readonly retryMs?: number | undefined;
}

/**
 * Writes groups of entries in order, each once, however long the log is away: what comes in while an append is under way
 * goes with the next.
 */
export class SteadyWriter {
  readonly #options: SteadyWriterOptions;
  readonly #writer: Pick<ExclusiveWriter, 'append'>;
  readonly #waiting: Group[] = [];
  #running: Promise<void> | undefined;
  #stopped = false;
  #waitingChars = 0;
  /** Groups of the append that is under way. */
  #underWay = 0;
  #most = APPEND_CHARS;

  constructor(writer: Pick<ExclusiveWriter, 'append'>, options: SteadyWriterOptions) {
    this.#writer = writer;
    this.#options = options;
  }

  /** Characters that are not written yet: the owner slows down when they pile up. */
  get waitingChars(): number {
    return this.#waitingChars;
  }

  /** Forgets what has not been begun yet. Answers how many groups that were. */
  dropWaiting(): number {
    const dropped = this.#waiting.splice(this.#underWay);
    this.#waitingChars -= charsOf(dropped.flat());
    return dropped.length;
  }

  push(group: Group): void {
    if (group.length === 0 || this.#stopped) return;
    this.#waiting.push(group);
    this.#waitingChars += charsOf(group);
    this.#running ??= this.#run();
  }

  /** Resolves when everything pushed so far is durable. Rejects with `HALTWIRE_FENCED` when it never will be. */
  async flushed(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
    if (this.#waiting.length > 0)
      throw new HaltwireError('HALTWIRE_FENCED', `${this.#options.name} is not ours to write`);
  }

  /** Gives up on retries; what is not written yet is derived again by the next owner. */
  stop(): void {
    this.#stopped = true;
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#stopped) {
      const groups = this.#take();
      await this.#append(groups);
    }
    // In the same turn as the last look at what waits.
    this.#running = undefined;
  }

  #take(): Group[] {
    let chars = 0;
    let count = 0;
    for (const group of this.#waiting) {
      const size = charsOf(group);
      if (count > 0 && chars + size > this.#most) break;
      chars += size;
      count += 1;
    }
    return this.#waiting.slice(0, count);
  }

  async #append(groups: readonly Group[]): Promise<void> {
    const { name, logger, onWritten, onFenced, retryMs = 200 } = this.#options;
    const entries = groups.flat();
    this.#underWay = groups.length;
    for (let attempt = 0; !this.#stopped; attempt += 1) {
      try {
        const positions = await this.#writer.append(entries);
        this.#waiting.splice(0, groups.length);
        this.#underWay = 0;
        this.#waitingChars -= charsOf(entries);
        this.#most = APPEND_CHARS;
        onWritten(positions);
        return;
      } catch (error) {
        if (HaltwireError.isInstance(error) && error.code === 'HALTWIRE_FENCED') {
          this.#stopped = true;
          onFenced();
          return;
        }
        if (HaltwireError.isInstance(error) && error.code === 'HALTWIRE_TOO_LARGE' && groups.length > 1) {
          this.#most = Math.floor(charsOf(entries) / 2);
          return;
        }
        if (attempt % SAY_EVERY === 0) logger.error(`${name} cannot be written, retrying: ${reasonOf(error)}`);
        await new Promise((resolve) =>
          setTimeout(resolve, Math.min(MOST_WAIT_MS, retryMs * 2 ** Math.min(attempt, 6))),
        );
      }
    }
  }
}

function charsOf(entries: Group): number {
  return entries.reduce((sum, { key, value }) => sum + key.length + (value?.length ?? 0), 0);
}

function reasonOf(error: unknown): string {
  if (HaltwireError.isInstance(error)) return `${error.code} ${error.message}`;
  return error instanceof Error ? error.message : 'unknown error';
}
