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
 * All decisions of one input are appended together or not at all, and the newest one on the topic tells which input was
 * covered: after a crash the engine derives the same decisions again, and those are recognised and skipped. Nobody else
 * can append meanwhile, as the writer is exclusive.
 */
export class DecisionWriter {
  readonly #options: DecisionWriterOptions;
  readonly #steady: SteadyWriter;
  #covered: Position | undefined;
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
        this.#covered = decision.position;
        onDecision(decision);
      }
    }
  }

  /** Queues the decisions of one or more inputs, in order. */
  write(decisions: readonly Decision[]): void {
    const covered = this.#covered;
    const fresh =
      covered === undefined ? decisions : decisions.filter((d) => comparePositions(d.position, covered) > 0);
    this.#options.metrics.add('decisionsSkipped', decisions.length - fresh.length);
    for (const group of byInput(fresh)) {
      this.#steady.push(
        group.map((decision) => ({
          key: rootKeyOf({ tenantId: decision.tenantId, rootAgentId: decision.agentId }),
          value: JSON.stringify(decision),
        })),
      );
    }
  }

  /** Resolves when everything queued so far is durable. */
  flushed(): Promise<void> {
    return this.#steady.flushed();
  }

  stop(): void {
    this.#steady.stop();
  }
}

function byInput(decisions: readonly Decision[]): Decision[][] {
  const groups: Decision[][] = [];
  for (const decision of decisions) {
    const last = groups.at(-1);
    const before = last?.[0];
    if (before !== undefined && comparePositions(before.position, decision.position) === 0) last?.push(decision);
    else groups.push([decision]);
  }
  return groups;
}
