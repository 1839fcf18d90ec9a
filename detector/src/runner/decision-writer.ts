import {
  type AppendEntry,
  comparePositions,
  type Decision,
  type EventSink,
  type EventSource,
  HaltwireError,
  type Position,
  rootKeyOf,
  TOPIC,
} from '@haltwire/schemas';
import type { Logger } from '../logger.ts';
import type { Metrics } from '../metrics.ts';

/** Decisions shown again after a restart. */
const RECENT_DECISIONS = 5000;

/**
 * Appends decisions in order, each once.
 *
 * All decisions of one input are appended together or not at all, and the newest one on the topic tells which input was
 * covered: after a crash the engine derives the same decisions again, and those are recognised and skipped.
 */
export class DecisionWriter {
  readonly #sink: EventSink;
  readonly #metrics: Metrics;
  readonly #logger: Logger;
  readonly #retryMs: number;
  #covered: Position | undefined;
  #pending: AppendEntry[] = [];
  #tail: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(sink: EventSink, metrics: Metrics, logger: Logger, retryMs = 200) {
    this.#sink = sink;
    this.#metrics = metrics;
    this.#logger = logger;
    this.#retryMs = retryMs;
  }

  /**
   * Finds the newest decision on the topic, from `from` on, and shows the last few thousand to `onDecision`, oldest
   * first. Call once, before the first `write`.
   */
  async recover(
    source: EventSource,
    partition: number,
    from: Position | undefined,
    onDecision: (decision: Decision) => void,
  ): Promise<void> {
    const end = await source.end(TOPIC.decisions, partition);
    const recent = Math.max(0, end.offset - RECENT_DECISIONS);
    let next: Position = { partition, offset: Math.min(from?.offset ?? 0, recent), index: 0 };
    const stop = new AbortController();
    if (comparePositions(next, end) >= 0) return;
    for await (const batch of source.read(TOPIC.decisions, partition, { from: next, signal: stop.signal })) {
      for (const { value, position } of batch) {
        const decision = JSON.parse(value) as Decision;
        this.#covered = decision.position;
        onDecision(decision);
        next = { ...position, offset: position.offset + 1, index: 0 };
      }
      if (comparePositions(next, end) >= 0) break;
    }
    stop.abort();
  }

  /** Queues the decisions of one or more inputs, in order. */
  write(decisions: readonly Decision[]): void {
    const covered = this.#covered;
    const fresh =
      covered === undefined ? decisions : decisions.filter((d) => comparePositions(d.position, covered) > 0);
    this.#metrics.add('decisionsSkipped', decisions.length - fresh.length);
    if (fresh.length === 0) return;
    for (const decision of fresh) {
      const key = rootKeyOf({ tenantId: decision.tenantId, rootAgentId: decision.agentId });
      this.#pending.push({ key, value: JSON.stringify(decision) });
    }
    this.#tail = this.#tail.then(() => this.#append());
  }

  /** Resolves when everything queued so far is durable. */
  flushed(): Promise<void> {
    return this.#tail;
  }

  /** Gives up on retries; what is not written yet is derived again at the next start. */
  stop(): void {
    this.#stopped = true;
  }

  /** Everything that came in while the last append was under way goes in one. */
  async #append(): Promise<void> {
    const entries = this.#pending;
    this.#pending = [];
    if (entries.length === 0) return;
    for (let attempt = 0; !this.#stopped; attempt += 1) {
      try {
        await this.#sink.append(TOPIC.decisions, entries);
        this.#metrics.add('decisionsWritten', entries.length);
        return;
      } catch (error) {
        if (attempt === 0) this.#logger.error(`decisions cannot be written, retrying: ${reasonOf(error)}`);
        await new Promise((resolve) => setTimeout(resolve, Math.min(5000, this.#retryMs * 2 ** Math.min(attempt, 6))));
      }
    }
  }
}

function reasonOf(error: unknown): string {
  if (HaltwireError.isInstance(error)) return `${error.code} ${error.message}`;
  return error instanceof Error ? error.message : 'unknown error';
}
