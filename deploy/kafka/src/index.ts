/**
 * Haltwire's log on Apache Kafka: the distributed drivers of the ports in `@haltwire/schemas`.
 *
 * @module
 */
export {
  ACL_ROLES,
  ACL_RULES,
  type AclPrincipals,
  type AclRole,
  type AclRule,
  aclCommands,
  aclRules,
  GROUPS,
} from './acls/acl-rules.ts';
export { ensureAcls } from './acls/ensure-acls.ts';
export { type AssignmentOptions, createAssignment } from './assignment/create-assignment.ts';
export { type Logger, silentLogger } from './client/logger.ts';
export { type KafkaConfig, type KafkaConfigInput, kafkaConfigSchema, parseKafkaConfig } from './config/config.ts';
export { KAFKA_VARIABLES, kafkaConfigFromEnv } from './config/env.ts';
export { type Behind, KAFKA_METRICS, type KafkaMetricName, KafkaMetrics } from './metrics.ts';
export { type KafkaLog, type KafkaLogOptions, openKafkaLog } from './open-kafka-log.ts';
export { murmur2, partitionOf } from './records/murmur2.ts';
export type { FollowOptions, FollowTopic, PartitionBatch } from './source/follow-topic.ts';
export { type EnsuredTopics, ensureTopics } from './topics/ensure-topics.ts';
export { type TopicSetting, type TopicSpec, topicSpecs } from './topics/topic-specs.ts';
