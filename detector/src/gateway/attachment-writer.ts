import {
  type Attached,
  type Detached,
  type EventSink,
  rootKeyOf,
  type SessionRef,
  sessionKeyOf,
  TOPIC,
} from '@haltwire/schemas';
import type { Metrics } from '../metrics.ts';

export interface AttachmentWriterOptions {
  readonly gateway: string;
  readonly sink: EventSink;
  readonly metrics: Metrics;
  /** Called for each attachment that is on the log, in which partition. */
  readonly onAttached: (sessionKey: string, partition: number) => void;
}

interface Wanted {
  readonly ref: SessionRef;
  readonly type: 'attached' | 'detached';
}

/** Records in one append: a refused one must not hold up everybody. */
const CHUNK = 200;
const RETRY_MS = 200;
/** A session's sockets may ask so often on their own account, ms; more often they wait for the next round. */
const ROUND_MS = 1000;

/**
 * Writes down which sessions have a socket here. The newest word on a session counts; sessions of one agent go together,
 * and those of others never wait for them.
 */
export class AttachmentWriter {
  readonly #options: AttachmentWriterOptions;
  #wanted = new Map<string, Wanted>();
  /** Asked for by sockets whose session was attached in this round already. */
  #later = new Map<string, Wanted>();
  readonly #thisRound = new Set<string>();
  readonly #rounds: NodeJS.Timeout;
  #scheduled = false;
  #closed = false;

  constructor(options: AttachmentWriterOptions) {
    this.#options = options;
    this.#rounds = setInterval(() => this.#nextRound(), ROUND_MS).unref();
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#rounds);
  }

  /** A socket said hello. */
  attach(ref: SessionRef): void {
    const key = sessionKeyOf(ref);
    if (this.#thisRound.has(key)) this.#later.set(key, { ref, type: 'attached' });
    else this.attachNow(ref);
  }

  /** We want to know anew how the session stands. */
  attachNow(ref: SessionRef): void {
    const key = sessionKeyOf(ref);
    this.#thisRound.add(key);
    this.#later.delete(key);
    this.#want(key, { ref, type: 'attached' });
  }

  /** The last socket has gone. */
  detach(ref: SessionRef): void {
    const key = sessionKeyOf(ref);
    this.#later.delete(key);
    this.#want(key, { ref, type: 'detached' });
  }

  #nextRound(): void {
    this.#thisRound.clear();
    const later = this.#later;
    this.#later = new Map();
    for (const { ref } of later.values()) this.attachNow(ref);
  }

  #want(key: string, wanted: Wanted): void {
    this.#wanted.set(key, wanted);
    if (this.#scheduled || this.#closed) return;
    this.#scheduled = true;
    // Everything that is said in this turn goes together.
    setImmediate(() => this.#write());
  }

  #write(): void {
    this.#scheduled = false;
    const wanted = this.#wanted;
    this.#wanted = new Map();
    for (const all of Map.groupBy(wanted, ([, { ref }]) => rootOf(ref)).values()) {
      for (let start = 0; start < all.length; start += CHUNK) this.#append(all.slice(start, start + CHUNK));
    }
  }

  async #append(chunk: readonly [string, Wanted][]): Promise<void> {
    const { gateway, sink, metrics, onAttached } = this.#options;
    const entries = chunk.map(([, { ref, type }]) => {
      const { tenantId, agentId, sessionId } = ref;
      const record: Attached | Detached = { type, v: 1, tenantId, agentId, sessionId, gateway };
      return { key: rootOf(ref), value: JSON.stringify(record) };
    });
    try {
      const positions = await sink.append(TOPIC.inputs, entries);
      metrics.add('attachmentsWritten', entries.length);
      for (const [place, [key, { type }]] of chunk.entries()) {
        const partition = positions[place]?.partition;
        if (type === 'attached' && partition !== undefined) onAttached(key, partition);
      }
    } catch {
      // The log is away: nobody of these gets a lease meanwhile.
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS).unref());
      for (const [key, one] of chunk) if (!this.#wanted.has(key)) this.#want(key, one);
    }
  }
}

function rootOf({ tenantId, agentId }: SessionRef): string {
  return rootKeyOf({ tenantId, rootAgentId: agentId });
}
