import {
  comparePositions,
  type Decision,
  type EventSource,
  type ExclusiveWriter,
  type Position,
  rootKeyOf,
  TOPIC,
} from '@haltwire/schemas';
import type { Logger } from '../logger.ts';
import type { Metrics } from '../metrics.ts';
import { SteadyWriter } from './steady-writer.ts';

export interface DecisionWriterOptions {
  readonly source: EventSource;
  readonly writer: ExclusiveWriter;
  readonly partition: number;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly onFenced: () => void;
}

/**
 * Appends decisions in order, each once.
 *
 * They are written in the order in which they were made, and nobody else can append, as the writer is exclusive: so the
 * newest one on the topic tells up to where all are there. After a crash the engine derives the same decisions again, and
 * those are recognised and skipped. One input may give thousands of them, so they are not held together.
 */
export class DecisionWriter {
  readonly #options: DecisionWriterOptions;
  readonly #steady: SteadyWriter;
  #covered: Position | undefined;
  /** Decisions of the input at `#covered` that are there: a crash may have cut the rest of them off. */
  #there = new Set<string>();
  #end: Position;

  constructor(options: DecisionWriterOptions) {
    const { writer, metrics, logger, onFenced } = options;
    this.#options = options;
    this.#steady = new SteadyWriter(writer, {
      name: TOPIC.decisions,
      logger,
      onFenced,
      onWritten: (positions) => {
        metrics.add('decisionsWritten', positions.length);
        const last = positions.at(-1);
        if (last !== undefined) this.#end = { ...last, index: last.index + 1 };
      },
    });
    this.#end = writer.from;
  }

  /** Whatever is decided from now on will be written here or later. */
  get end(): Position {
    return this.#end;
  }

  get waitingChars(): number {
    return this.#steady.waitingChars;
  }

  /**
   * Finds the newest decision on the topic, from `from` on, and shows what it reads to `onDecision`, oldest first; at
   * least the last `recent` offsets of it. Call once, before the first `write`.
   */
  async recover(from: Position | undefined, recent: number, onDecision: (decision: Decision) => void): Promise<void> {
    const { source, writer, partition } = this.#options;
    const until = writer.from;
    const offset = Math.min(
      from?.offset ?? 0,
      recent === 0 ? Number.POSITIVE_INFINITY : Math.max(0, until.offset - recent),
    );
    // The topic's own start: retention may have removed its first offsets.
    const start = offset === 0 ? undefined : { partition, offset, index: 0 };
    const { signal } = new AbortController();
    for await (const batch of source.read(TOPIC.decisions, partition, { from: start, until, signal })) {
      for (const { value } of batch) {
        const decision = JSON.parse(value) as Decision;
        if (this.#covered === undefined || comparePositions(decision.position, this.#covered) > 0) this.#there.clear();
        this.#covered = decision.position;
        this.#there.add(decision.decisionId);
        onDecision(decision);
      }
    }
  }

  /** Queues the decisions of one or more inputs, in order. */
  write(decisions: readonly Decision[]): void {
    const fresh = decisions.filter((decision) => !this.#isThere(decision));
    this.#options.metrics.add('decisionsSkipped', decisions.length - fresh.length);
    for (const decision of fresh) {
      const key = rootKeyOf({ tenantId: decision.tenantId, rootAgentId: decision.agentId });
      this.#steady.push([{ key, value: JSON.stringify(decision) }]);
    }
  }

  #isThere({ position, decisionId }: Decision): boolean {
    if (this.#covered === undefined) return false;
    const order = comparePositions(position, this.#covered);
    return order < 0 || (order === 0 && this.#there.has(decisionId));
  }

  /** Resolves when everything queued so far is durable. */
  flushed(): Promise<void> {
    return this.#steady.flushed();
  }

  stop(): void {
    this.#steady.stop();
  }
}
