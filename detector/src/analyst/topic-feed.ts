import { type Decision, decisionSchema, type EventSource, type SessionRecord, TOPIC } from '@haltwire/schemas';
import { followTopic } from '../directory/follow-topic.ts';
import { activityOf } from '../engine/activity.ts';
import type { Logger } from '../logger.ts';
import { readRecord } from '../runner/read-record.ts';
import type { AnalystStream } from './stream.ts';

export interface TopicFeedOptions {
  readonly source: EventSource;
  readonly stream: AnalystStream;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** Takes every decision, those of the recent past first. Must not throw. */
  readonly onDecision: (decision: Decision) => void;
}

/** Offsets of each partition's past decisions that are shown by the API. */
const RECENT_DECISIONS = 500;

/**
 * Shows people what the owners of all partitions write: decisions, changes of sessions, and the calls themselves. Any replica
 * can serve any person. Order holds within a topic's partition.
 */
export class TopicFeed {
  readonly #options: TopicFeedOptions;

  constructor(options: TopicFeedOptions) {
    this.#options = options;
  }

  /** Resolves when the recent past has been read. */
  async start(): Promise<void> {
    const { source, stream, logger, signal, onDecision } = this.#options;
    const common = { source, logger, signal };
    await Promise.all([
      followTopic({
        ...common,
        topic: TOPIC.decisions,
        from: RECENT_DECISIONS,
        onEntries: (entries) => {
          for (const { value } of entries) {
            const decision = readDecision(value);
            if (decision === undefined) continue;
            onDecision(decision);
            if (stream.watched) stream.publish(decision.tenantId, { type: 'decision', decision });
          }
        },
      }),
      followTopic({
        ...common,
        topic: TOPIC.inputs,
        from: 'end',
        onEntries: (entries) => {
          if (!stream.watched) return;
          for (const { value, logTime, position } of entries) {
            const record = readRecord(value);
            if (typeof record === 'string' || record.type !== 'call') continue;
            const activity = activityOf(record, logTime, position.offset);
            stream.publish(record.tenantId, { type: 'activity', activity });
          }
        },
      }),
    ]);
  }

  /** Shows a session's change. */
  onSession(record: SessionRecord, before: SessionRecord | undefined): void {
    const { stream } = this.#options;
    if (!stream.watched) return;
    const { tenantId } = record.session;
    const known = new Set(before?.holds.map(({ holdId }) => holdId));
    for (const hold of record.holds) {
      if (!known.has(hold.holdId)) stream.publish(tenantId, { type: 'hold-opened', hold });
    }
    for (const closed of record.closed) stream.publish(tenantId, { type: 'hold-closed', ...closed });
    stream.publish(tenantId, { type: 'session-changed', session: record.session });
  }
}

function readDecision(value: string): Decision | undefined {
  try {
    return decisionSchema.safeParse(JSON.parse(value)).data;
  } catch {
    return undefined;
  }
}
