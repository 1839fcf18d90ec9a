import kafkajs from 'kafkajs';
import { createDialer } from '../client/connection.ts';
import { asHaltwireError } from '../client/errors.ts';
import { quietKafkajs } from '../client/logger.ts';
import type { KafkaConfig } from '../config/config.ts';
import { type AclOperation, type AclPrincipals, type AclResource, aclRules } from './acl-rules.ts';

const { AclOperationTypes, AclResourceTypes, AclPermissionTypes, ResourcePatternTypes } = kafkajs;

const OPERATIONS: Readonly<Record<AclOperation, number>> = {
  Read: AclOperationTypes.READ,
  Write: AclOperationTypes.WRITE,
  Create: AclOperationTypes.CREATE,
  Describe: AclOperationTypes.DESCRIBE,
  DescribeConfigs: AclOperationTypes.DESCRIBE_CONFIGS,
};

const RESOURCES: Readonly<Record<AclResource, number>> = {
  topic: AclResourceTypes.TOPIC,
  group: AclResourceTypes.GROUP,
  'transactional-id': AclResourceTypes.TRANSACTIONAL_ID,
};

/**
 * Grants the given principals what their roles need, and takes nothing away. Granting again changes nothing.
 *
 * Needs a user that may alter the cluster. Returns how many rights there are. Throws `HALTWIRE_FORBIDDEN` when the user
 * may not, `HALTWIRE_UNAVAILABLE` when the brokers cannot be asked or have no authorizer.
 *
 * @example
 * await ensureAcls(adminConfig, { collector: 'User:collector', detector: 'User:detector' });
 */
export async function ensureAcls(config: KafkaConfig, principals: AclPrincipals): Promise<number> {
  const acl = aclRules(config).flatMap(({ role, resource, name, prefixed, operations }) => {
    const principal = principals[role];
    if (principal === undefined) return [];
    return operations.map((operation) => ({
      resourceType: RESOURCES[resource],
      resourceName: name,
      resourcePatternType: prefixed === true ? ResourcePatternTypes.PREFIXED : ResourcePatternTypes.LITERAL,
      principal,
      host: '*',
      operation: OPERATIONS[operation],
      permissionType: AclPermissionTypes.ALLOW,
    }));
  });
  const admin = new kafkajs.Kafka({ ...createDialer(config).options, ...quietKafkajs }).admin();
  try {
    await admin.connect();
    await admin.createAcls({ acl });
    return acl.length;
  } catch (error) {
    throw asHaltwireError(error, 'granting rights');
  } finally {
    await admin.disconnect().catch(() => {});
  }
}
