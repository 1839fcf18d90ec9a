import { type EventSource, type LogEntry, type SessionRecord, sessionRecordSchema, TOPIC } from '@haltwire/schemas';
import type { Logger } from '../logger.ts';
import type { SessionDirectory } from './directory.ts';
import { followTopic } from './follow-topic.ts';

export interface TopicDirectoryOptions {
  readonly source: EventSource;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** Takes every newer record, and the one before it. Must not throw. Not called for what was there at the start. */
  readonly onChange: (record: SessionRecord, before: SessionRecord | undefined) => void;
}

/** The directory over `agent.sessions`: what the owners of all partitions have written, a moment later. */
export class TopicDirectory implements SessionDirectory {
  readonly #options: TopicDirectoryOptions;
  readonly #records = new Map<string, SessionRecord>();
  #complete = false;

  constructor(options: TopicDirectoryOptions) {
    this.#options = options;
  }

  /** Resolves when everything that was there is known: no kill can be missed from here on. */
  async start(): Promise<void> {
    const { source, logger, signal } = this.#options;
    await followTopic({
      source,
      topic: TOPIC.sessions,
      from: 'start',
      logger,
      signal,
      onEntries: (entries) => this.#take(entries),
    });
    this.#complete = true;
  }

  get size(): number {
    return this.#records.size;
  }

  get(sessionKey: string): SessionRecord | undefined {
    return this.#records.get(sessionKey);
  }

  *all(tenantId: string): Iterable<SessionRecord> {
    for (const record of this.#records.values()) if (record.session.tenantId === tenantId) yield record;
  }

  #take(entries: readonly LogEntry[]): void {
    for (const { key, value, removed } of entries) {
      if (removed === true) {
        this.#records.delete(key);
        continue;
      }
      const record = parse(value);
      if (record === undefined) {
        this.#options.logger.error(`the session record of ${key} cannot be read: it is left out`);
        continue;
      }
      const before = this.#records.get(key);
      this.#records.set(key, record);
      if (this.#complete) this.#options.onChange(record, before);
    }
  }
}

function parse(value: string): SessionRecord | undefined {
  try {
    return sessionRecordSchema.safeParse(JSON.parse(value)).data;
  } catch {
    return undefined;
  }
}
