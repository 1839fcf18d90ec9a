/**
 * Haltwire's roles as processes over Kafka and ClickHouse: collector, detector, archiver.
 *
 * @module
 */

export {
  type ConfigWithClickHouse,
  type LoadOptions,
  loadClusterConfig,
  requireClickHouse,
} from './config/load-config.ts';
export { type ClusterConfig, type ClusterConfigInput, clusterConfigSchema } from './config/schema.ts';
export { CLUSTER_VARIABLES, type Env } from './config/variables.ts';
export { type FollowOptions, followTopic, type TopicFollower } from './follow/follow-topic.ts';
export { type KeyRecord, readKeyRecord } from './keys/key-record.ts';
export {
  KEY_METRICS,
  openTopicKeyStore,
  type TopicKeyStore,
  type TopicKeyStoreOptions,
} from './keys/topic-key-store.ts';
export { useClusterKeys } from './keys/use-cluster-keys.ts';
export { type Check, type RememberedOptions, remembered } from './role/checks.ts';
export type { Role, RoleHost, RoleLog } from './role/role.ts';
export { type RunRoleOptions, runRoleProcess } from './role/run-role-process.ts';
export { ROLE_METRICS, type RunningRole, type StartRoleOptions, startRole } from './role/start-role.ts';
export {
  type Assign,
  createArchiverRole,
  type StartArchiverOptions,
  startArchiverRole,
} from './roles/archiver-role.ts';
export { collectorRole, startCollectorRole } from './roles/collector-role.ts';
export { type AssignmentOf, detectorRole, startDetectorRole } from './roles/detector-role.ts';
export { followKeys, type RoleKeys } from './roles/role-keys.ts';
