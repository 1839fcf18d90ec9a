import { compactedTopics, TOPIC, type TopicName } from '@haltwire/schemas';
import type { KafkaConfig } from '../config/config.ts';
import { topicNameOf } from './topic-name.ts';

const HOUR_MS = 3_600_000;

/** One setting of a topic: what we set when we create it, and what else is as good. */
export interface TopicSetting {
  readonly name: string;
  readonly value: string;
  /** Accepts what an operator has chosen instead. Default: only `value`. */
  readonly accepts?: ((actual: string) => boolean) | undefined;
  /** Why it matters, for the message. */
  readonly because: string;
}

/** What a topic must be like. */
export interface TopicSpec {
  readonly topic: TopicName;
  readonly name: string;
  readonly partitions: number;
  readonly replication: number;
  readonly settings: readonly TopicSetting[];
}

const READABLE_COMPRESSION = ['uncompressed', 'zstd', 'gzip'];

/** All topics under this configuration. */
export function topicSpecs(config: KafkaConfig): readonly TopicSpec[] {
  const minimum = config.replication >= 3 ? 2 : 1;
  const common: TopicSetting[] = [
    {
      name: 'message.timestamp.type',
      value: 'LogAppendTime',
      because: 'the engine reads time from the log, not from senders',
    },
    {
      name: 'max.message.bytes',
      value: String(config.maxMessageBytes),
      accepts: (actual) => Number(actual) >= config.maxMessageBytes,
      because: 'an append of kafka.maxMessageBytes must fit',
    },
    {
      name: 'min.insync.replicas',
      value: String(minimum),
      accepts: (actual) => Number(actual) >= minimum,
      because: 'an acknowledged event must survive the loss of a broker',
    },
    {
      name: 'compression.type',
      value: config.compression === 'zstd' ? 'zstd' : 'uncompressed',
      accepts: (actual) => READABLE_COMPRESSION.includes(actual),
      because: 'brokers must store what our readers can open, whatever a client sent',
    },
    {
      name: 'unclean.leader.election.enable',
      value: 'false',
      because: 'a replica that lacks acknowledged events must not become the leader',
    },
  ];
  const kept: TopicSetting[] = [
    { name: 'cleanup.policy', value: 'delete', because: 'events of one key must not supersede each other' },
    {
      name: 'retention.ms',
      value: String(config.retentionHours === -1 ? -1 : config.retentionHours * HOUR_MS),
      accepts: (actual) => Number(actual) === -1 || keepsLongEnough(Number(actual), config),
      because: 'a restore and the archiver read what is that old',
    },
  ];
  const compacted: TopicSetting[] = [
    { name: 'cleanup.policy', value: 'compact', because: 'the newest value of a key must be kept for ever' },
  ];
  return Object.values(TOPIC).map((topic) => ({
    topic,
    name: topicNameOf(topic, config),
    partitions: config.partitions,
    replication: config.replication,
    settings: [...common, ...(compactedTopics.includes(topic) ? compacted : kept)],
  }));
}

function keepsLongEnough(actualMs: number, { retentionHours }: KafkaConfig): boolean {
  return retentionHours !== -1 && actualMs >= retentionHours * HOUR_MS;
}
