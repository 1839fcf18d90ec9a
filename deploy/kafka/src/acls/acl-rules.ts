import { TOPIC } from '@haltwire/schemas';
import type { KafkaConfig } from '../config/config.ts';

/** Who needs rights on the brokers: one user of Kafka each. */
export const ACL_ROLES = ['operator', 'collector', 'detector', 'archiver'] as const;
export type AclRole = (typeof ACL_ROLES)[number];

export type AclResource = 'topic' | 'group' | 'transactional-id';
export type AclOperation = 'Read' | 'Write' | 'Create' | 'Describe' | 'DescribeConfigs';

/** What one role may do with one resource. `Read` and `Write` include `Describe`. */
export interface AclRule {
  readonly role: AclRole;
  readonly resource: AclResource;
  /** Without `kafka.topicPrefix`. */
  readonly name: string;
  /** `name` is the beginning of many names. */
  readonly prefixed?: true | undefined;
  readonly operations: readonly AclOperation[];
  readonly because: string;
}

/** Groups of the roles that share partitions. */
export const GROUPS = { detector: 'haltwire-detector', archiver: 'haltwire-archiver' } as const;

const READ_WRITE: readonly AclOperation[] = ['Read', 'Write'];

/**
 * Every right that Haltwire needs, and no other. The README's table is printed from this one, and a test gives exactly
 * these to a broker that enforces them.
 */
export const ACL_RULES: readonly AclRule[] = [
  ...Object.values(TOPIC).map(
    (name): AclRule => ({
      role: 'operator',
      resource: 'topic',
      name,
      operations: ['Create', 'Describe', 'DescribeConfigs', ...(name === TOPIC.keys ? READ_WRITE : [])],
      because: name === TOPIC.keys ? 'creates and checks it; issues and revokes keys' : 'creates and checks it',
    }),
  ),
  {
    role: 'collector',
    resource: 'topic',
    name: TOPIC.inputs,
    operations: ['Write'],
    because: 'what it has received, normalised and redacted',
  },
  {
    role: 'collector',
    resource: 'topic',
    name: TOPIC.dead,
    operations: ['Write'],
    because: 'what could not be normalised',
  },
  { role: 'collector', resource: 'topic', name: TOPIC.keys, operations: ['Read'], because: 'whose key it is' },
  {
    role: 'detector',
    resource: 'topic',
    name: TOPIC.inputs,
    operations: READ_WRITE,
    because: 'reads all; writes claims, ticks, commands and what its gateway hears',
  },
  {
    role: 'detector',
    resource: 'topic',
    name: TOPIC.decisions,
    operations: READ_WRITE,
    because: 'writes as owner; reads what earlier owners wrote',
  },
  {
    role: 'detector',
    resource: 'topic',
    name: TOPIC.verdicts,
    operations: READ_WRITE,
    because: 'writes as owner; its gateway reads its own',
  },
  {
    role: 'detector',
    resource: 'topic',
    name: TOPIC.sessions,
    operations: READ_WRITE,
    because: 'writes as owner; every gateway knows all',
  },
  { role: 'detector', resource: 'topic', name: TOPIC.baselines, operations: READ_WRITE, because: 'its state' },
  { role: 'detector', resource: 'topic', name: TOPIC.keys, operations: READ_WRITE, because: 'its API issues keys' },
  {
    role: 'detector',
    resource: 'group',
    name: GROUPS.detector,
    operations: ['Read'],
    because: 'who owns which partition',
  },
  {
    role: 'detector',
    resource: 'transactional-id',
    name: 'haltwire-',
    prefixed: true,
    operations: ['Write'],
    because: 'one writer per partition; snapshots as transactions',
  },
  ...[TOPIC.inputs, TOPIC.dead, TOPIC.decisions].map(
    (name): AclRule => ({
      role: 'archiver',
      resource: 'topic',
      name,
      operations: ['Read'],
      because: 'what it archives',
    }),
  ),
  {
    role: 'archiver',
    resource: 'group',
    name: GROUPS.archiver,
    operations: ['Read'],
    because: 'who archives which partition',
  },
];

/** The rules under this configuration's prefix. */
export function aclRules({ topicPrefix }: Pick<KafkaConfig, 'topicPrefix'>): readonly AclRule[] {
  return ACL_RULES.map((rule) => ({ ...rule, name: `${topicPrefix}${rule.name}` }));
}

/** The rules as rows of a Markdown table. */
export function aclTable(): string {
  return ACL_RULES.map(({ role, resource, name, prefixed, operations, because }) => {
    const shown = prefixed === true ? `${name}*` : name;
    return `| ${role} | ${resource} \`${shown}\` | ${operations.join(', ')} | ${because} |`;
  }).join('\n');
}

/** Principals of Kafka, for example `User:collector`, by role. */
export type AclPrincipals = Readonly<Partial<Record<AclRole, string>>>;

/**
 * The commands that grant the rules with Kafka's own tool, one per line.
 *
 * @example
 * console.log(aclCommands({ topicPrefix: '' }, { collector: 'User:collector' }).join('\n'));
 */
export function aclCommands(config: Pick<KafkaConfig, 'topicPrefix'>, principals: AclPrincipals): readonly string[] {
  return aclRules(config).flatMap(({ role, resource, name, prefixed, operations }) => {
    const principal = principals[role];
    if (principal === undefined) return [];
    const granted = operations.map((operation) => `--operation ${operation}`).join(' ');
    const pattern = prefixed === true ? ' --resource-pattern-type prefixed' : '';
    return [`kafka-acls.sh $ADMIN --add --allow-principal ${principal} ${granted} --${resource} ${name}${pattern}`];
  });
}
