import type { TopicName } from '@haltwire/schemas';
import type { KafkaConfig } from '../config/config.ts';

/** The topic's name on the brokers. */
export function topicNameOf(topic: TopicName, { topicPrefix }: Pick<KafkaConfig, 'topicPrefix'>): string {
  return `${topicPrefix}${topic}`;
}
