import type { EventSource, OwnerSink, SnapshotStore } from '@haltwire/schemas';
import { createDialer } from './client/connection.ts';
import { type Logger, silentLogger } from './client/logger.ts';
import { shareLine } from './client/shared-line.ts';
import type { KafkaConfig } from './config/config.ts';
import { KafkaMetrics } from './metrics.ts';
import { createSink } from './sink/sink.ts';
import { createSnapshots } from './snapshots/snapshots.ts';
import type { FollowTopic } from './source/follow-topic.ts';
import { createSource } from './source/source.ts';

/** Options of `openKafkaLog`. */
export interface KafkaLogOptions {
  readonly config: KafkaConfig;
  /** Hears of lost and regained connections and of stalls. Default: silent. */
  readonly logger?: Logger | undefined;
}

/** The log on Kafka: all three ports over one cluster. */
export interface KafkaLog {
  readonly sink: OwnerSink;
  readonly source: EventSource;
  readonly snapshots: SnapshotStore;
  /** Reads all partitions of a topic as one stream, over one connection per broker. */
  readonly followTopic: FollowTopic;
  readonly metrics: KafkaMetrics;
  /** Waits for appends under way, ends every reader, closes the connections. */
  close(): Promise<void>;
}

/**
 * Opens the log on Kafka. Connections are made when they are first needed; the topics must exist (`ensureTopics`).
 *
 * - `logger`: silent (default)
 *
 * Throws `HALTWIRE_CONFIG` when a certificate cannot be read.
 *
 * @example
 * const config = kafkaConfigFromEnv(process.env);
 * await ensureTopics(config);
 * const log = openKafkaLog({ config, logger: console });
 * await log.sink.append('agent.inputs', [{ key: 'default/deploy-bot', value: '{"type":"tick","v":1}' }]);
 * await log.close();
 */
export function openKafkaLog({ config, logger = silentLogger }: KafkaLogOptions): KafkaLog {
  const dialer = createDialer(config);
  const metrics = new KafkaMetrics();
  // Appends and questions do not share a line: a question that fails must not cost an append its connection.
  const appends = shareLine(dialer);
  const questions = shareLine(dialer);
  const sink = createSink({ line: appends, config, metrics, logger });
  const source = createSource({ dialer, line: questions, metrics, logger });
  const snapshots = createSnapshots({ dialer, metrics });
  let closing: Promise<void> | undefined;

  async function close(): Promise<void> {
    await sink.close();
    source.close();
    await snapshots.close();
    appends.close();
    questions.close();
  }

  return {
    sink: sink.sink,
    source: source.source,
    followTopic: source.followTopic,
    snapshots: snapshots.snapshots,
    metrics,
    close() {
      closing ??= close();
      return closing;
    },
  };
}
