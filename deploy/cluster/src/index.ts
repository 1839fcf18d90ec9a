/**
 * Haltwire's roles as processes over Kafka and ClickHouse: collector, detector, archiver.
 *
 * @module
 */
export { type FollowOptions, followTopic, type TopicFollower } from './follow/follow-topic.ts';
export { type KeyRecord, readKeyRecord } from './keys/key-record.ts';
export {
  KEY_METRICS,
  openTopicKeyStore,
  type TopicKeyStore,
  type TopicKeyStoreOptions,
} from './keys/topic-key-store.ts';
