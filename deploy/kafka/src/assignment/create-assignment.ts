import { HaltwireError, type PartitionAssignment, type TopicName } from '@haltwire/schemas';
import { createDialer } from '../client/connection.ts';
import { type Logger, silentLogger } from '../client/logger.ts';
import type { KafkaConfig } from '../config/config.ts';
import { KafkaMetrics } from '../metrics.ts';
import { topicNameOf } from '../topics/topic-name.ts';
import { GroupMember } from './group-member.ts';

/** Options of `createAssignment`. */
export interface AssignmentOptions {
  readonly config: KafkaConfig;
  /** The job: processes with the same group share its partitions. `kafka.topicPrefix` is put before it. */
  readonly group: string;
  readonly topic: TopicName;
  /** Hears of assignments, lost memberships, lost and regained coordinators. Default: silent. */
  readonly logger?: Logger | undefined;
  /** Counters to use, for example those of a `KafkaLog`. Default: some of its own. */
  readonly metrics?: KafkaMetrics | undefined;
}

/** The group's name on the brokers. */
export function groupIdOf(group: string, { topicPrefix }: Pick<KafkaConfig, 'topicPrefix'>): string {
  return `${topicPrefix}${group}`;
}

/**
 * Shares a topic's partitions among the processes that do the same job, by membership in a Kafka consumer group.
 *
 * `join` may be called again after `leave`. Who works is decided here; who may, by claims in the log.
 *
 * - `logger`: silent (default)
 *
 * `join` throws `HALTWIRE_UNAVAILABLE` when the group cannot be joined within `deliveryTimeoutMs` and two session
 * timeouts, `HALTWIRE_FORBIDDEN` without the right to, `HALTWIRE_CONFIG` when the brokers refuse the settings.
 *
 * @example
 * const assignment = createAssignment({ config, group: 'haltwire-detector', topic: 'agent.inputs' });
 * await assignment.join((partitions) => console.log('mine:', partitions));
 * assignment.commit(0, { partition: 0, offset: 17, index: 0 });
 * await assignment.leave();
 */
export function createAssignment({
  config,
  group,
  topic,
  logger = silentLogger,
  metrics = new KafkaMetrics(),
}: AssignmentOptions): PartitionAssignment {
  const dialer = createDialer(config);
  let member: GroupMember | undefined;
  return {
    async join(listener) {
      if (member !== undefined) {
        throw new HaltwireError('HALTWIRE_CONFLICT', `This process is in group ${group} already; leave it first.`);
      }
      const joining = new GroupMember({
        groupId: groupIdOf(group, config),
        topic: topicNameOf(topic, config),
        dialer,
        metrics,
        logger,
        listener,
      });
      member = joining;
      try {
        await joining.start();
      } catch (error) {
        if (member === joining) member = undefined;
        throw error;
      }
    },
    commit: (partition, position) => member?.commit(partition, position),
    async leave() {
      const leaving = member;
      member = undefined;
      await leaving?.leave();
    },
  };
}
