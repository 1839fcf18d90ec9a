import { type AssignmentListener, HaltwireError, type Position } from '@haltwire/schemas';
import { type Dialer, type Line, openLine } from '../client/connection.ts';
import { asHaltwireError, isFinal, kafkaErrorType, messageOf } from '../client/errors.ts';
import type { BrokerInternals } from '../client/internals.ts';
import type { Logger } from '../client/logger.ts';
import type { KafkaMetrics } from '../metrics.ts';
import { pause } from '../source/failures.ts';
import { assignPartitions } from './assign.ts';
import { commitOffsets, joinGroup, leaveGroup, type Member, sendHeartbeat, syncGroup } from './group-requests.ts';
import { Tenure } from './tenure.ts';

const FIRST_BACKOFF_MS = 50;
/** Failures of a first join before anybody is told. */
const QUIET_FAILURES = 5;
const LONGEST_BACKOFF_MS = 1000;
const FAREWELL_MS = 2000;
/** The tenure is looked at so often within the session timeout. */
const LOOKS = 12;

/** The coordinator is elsewhere, or not ready: it says nothing about our membership. */
const COORDINATOR_ERRORS = [
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR_FOR_GROUP',
  'GROUP_LOAD_IN_PROGRESS',
  'REBALANCE_IN_PROGRESS',
];

export interface GroupMemberOptions {
  readonly groupId: string;
  /** The topic's name on the brokers. */
  readonly topic: string;
  readonly dialer: Dialer;
  readonly metrics: KafkaMetrics;
  readonly logger: Logger;
  readonly listener: AssignmentListener;
}

/**
 * One membership of a consumer group: joins, says that it is there, joins again when others come and go.
 *
 * A rebalance does not interrupt anybody's work: what was assigned holds until the next assignment is known. What ends it
 * otherwise is that the group went on without us, or that it has not answered for the session timeout.
 */
export class GroupMember {
  readonly #options: GroupMemberOptions;
  readonly #tenure: Tenure;
  readonly #left = new AbortController();
  readonly #first = Promise.withResolvers<void>();
  readonly #commits = new Map<number, number>();
  readonly #watch: NodeJS.Timeout;
  #line: Line;
  #coordinator: BrokerInternals | undefined;
  #memberId = '';
  #generation = -1;
  #isSettled = false;
  #failures = 0;
  #startedAt = performance.now();

  constructor(options: GroupMemberOptions) {
    const { config } = options.dialer;
    this.#options = options;
    this.#tenure = new Tenure(options.listener, config.sessionTimeoutMs);
    this.#line = this.#openLine();
    this.#watch = setInterval(() => this.#lookAtTenure(), config.sessionTimeoutMs / LOOKS);
    this.#watch.unref();
    // Whoever does not wait for the first assignment must not fall over its failure.
    this.#first.promise.catch(() => {});
  }

  /** Resolves with the first assignment; rejects, and ends the membership, when there is none in time. */
  async start(): Promise<void> {
    this.#startedAt = performance.now();
    this.#run().catch((error: unknown) => this.#first.reject(error));
    try {
      await this.#first.promise;
    } catch (error) {
      await this.leave();
      throw error;
    }
  }

  commit(partition: number, { offset }: Position): void {
    this.#commits.set(partition, offset);
  }

  /** Says goodbye, so that the others need not wait for the session timeout. The listener hears no more. */
  async leave(): Promise<void> {
    if (this.#left.signal.aborted) return;
    this.#left.abort();
    clearInterval(this.#watch);
    // A join that waits for others holds its socket: the goodbye takes another.
    this.#line.drop();
    this.#first.reject(new HaltwireError('HALTWIRE_UNAVAILABLE', 'The membership has ended.'));
    if (this.#memberId === '') return;
    const line = this.#openLine();
    const enough = new AbortController();
    const goodbye = this.#sayGoodbye(line).catch(() => {});
    await Promise.race([goodbye, pause(FAREWELL_MS, enough.signal)]);
    enough.abort();
    line.drop();
  }

  async #sayGoodbye(line: Line): Promise<void> {
    const { groupId } = this.#options;
    const broker = await line.coordinatorOf('group', groupId);
    if (this.#isSettled) await this.#sendCommits(broker);
    await leaveGroup(broker, { groupId, memberId: this.#memberId });
  }

  get #member(): Member {
    return { groupId: this.#options.groupId, memberId: this.#memberId, generation: this.#generation };
  }

  #openLine(): Line {
    const { dialer } = this.#options;
    const { requestTimeoutMs, sessionTimeoutMs } = dialer.config;
    // An answer that comes later than this leaves no time to ask again.
    return openLine(dialer, { requestTimeout: Math.min(requestTimeoutMs, Math.ceil(sessionTimeoutMs / 3)) });
  }

  #lookAtTenure(): void {
    const { metrics, logger, groupId, dialer } = this.#options;
    const { assigned } = this.#tenure;
    if (!this.#tenure.lapse()) return;
    metrics.add('assignmentsLapsed');
    logger.warn(
      `group ${groupId} has not answered for ${dialer.config.sessionTimeoutMs} ms: ` +
        `partitions ${assigned.join(', ')} are put down, others may have them by now`,
    );
  }

  async #run(): Promise<void> {
    const { signal } = this.#left;
    while (!signal.aborted) {
      try {
        if (!this.#isSettled) await this.#join();
        else {
          await pause(this.#options.dialer.config.heartbeatMs, signal);
          if (!signal.aborted) await this.#beat();
        }
        this.#recovered();
      } catch (error) {
        if (signal.aborted) return;
        await this.#onFailure(error);
      }
    }
  }

  async #join(): Promise<void> {
    const { groupId, topic, dialer, metrics, logger } = this.#options;
    const { sessionTimeoutMs, heartbeatMs } = dialer.config;
    const line = this.#line;
    const broker = await this.#findCoordinator();
    await line.know(topic);
    const claim = { owned: this.#tenure.assigned, generation: this.#generation };
    const joined = await joinGroup(
      broker,
      {
        groupId,
        memberId: this.#memberId,
        topic,
        claim,
        sessionTimeoutMs,
        // Long enough to hear of it by heartbeat, and short enough that who has joined does not lapse while it waits.
        rebalanceTimeoutMs: sessionTimeoutMs - 2 * heartbeatMs,
      },
      (memberId) => {
        this.#memberId = memberId;
      },
    );
    const shares = joined.leads ? assignPartitions(joined.members, line.partitionsOf(topic)) : new Map();
    const sentAt = Tenure.now();
    const partitions = await syncGroup(broker, { ...joined, groupId }, topic, shares);
    if (this.#left.signal.aborted) return;
    this.#generation = joined.generation;
    this.#isSettled = true;
    metrics.add('assignments');
    logger.info(
      `group ${groupId}, generation ${joined.generation}: works on partitions ${partitions.join(', ') || '(none)'} of ${topic}`,
    );
    for (const partition of this.#commits.keys()) if (!partitions.includes(partition)) this.#commits.delete(partition);
    this.#tenure.assign(partitions, sentAt);
    this.#first.resolve();
  }

  async #beat(): Promise<void> {
    const broker = await this.#findCoordinator();
    const sentAt = Tenure.now();
    try {
      await sendHeartbeat(broker, this.#member);
    } catch (error) {
      if (kafkaErrorType(error) !== 'REBALANCE_IN_PROGRESS') throw error;
      this.#isSettled = false;
    }
    if (this.#left.signal.aborted) return;
    this.#tenure.prove(sentAt);
    if (this.#isSettled) await this.#sendCommits(broker);
  }

  /** Only for operators' tools: a commit that fails is counted, and the next one says more. */
  async #sendCommits(broker: BrokerInternals): Promise<void> {
    const { topic, metrics } = this.#options;
    const offsets = new Map([...this.#commits].filter(([partition]) => this.#tenure.assigned.includes(partition)));
    this.#commits.clear();
    if (offsets.size === 0) return;
    try {
      await commitOffsets(broker, this.#member, topic, offsets);
      metrics.add('offsetsCommitted');
    } catch {
      metrics.add('offsetsRefused');
    }
  }

  /** Asked again after every failure. */
  async #findCoordinator(): Promise<BrokerInternals> {
    this.#coordinator ??= await this.#line.coordinatorOf('group', this.#options.groupId);
    return this.#coordinator;
  }

  #recovered(): void {
    const { groupId, logger } = this.#options;
    if (this.#failures > 0) logger.info(`the coordinator of group ${groupId} answers again`);
    this.#failures = 0;
  }

  async #onFailure(error: unknown): Promise<void> {
    const { groupId, metrics, logger, dialer } = this.#options;
    const { deliveryTimeoutMs, sessionTimeoutMs } = dialer.config;
    const type = kafkaErrorType(error);
    if (type === 'UNKNOWN_MEMBER_ID' || type === 'ILLEGAL_GENERATION' || type === 'FENCED_INSTANCE_ID') {
      this.#onKicked(type);
      return;
    }
    if (type !== undefined && !COORDINATOR_ERRORS.includes(type)) this.#isSettled = false;
    const isLate = performance.now() - this.#startedAt > deliveryTimeoutMs + 2 * sessionTimeoutMs;
    if (isFinal(error) || isLate) this.#first.reject(asHaltwireError(error, `joining group ${groupId}`));
    // A group's first coordinator has to be found and loaded by the brokers: that is no news, unless it lasts.
    const isNews = this.#generation >= 0 ? this.#failures === 0 : this.#failures === QUIET_FAILURES;
    if (this.#failures === 0 && type !== 'REBALANCE_IN_PROGRESS') metrics.add('coordinatorFailures');
    if (isNews && type !== 'REBALANCE_IN_PROGRESS') {
      const { assigned } = this.#tenure;
      const kept = this.#generation < 0 ? '' : `partitions ${assigned.join(', ') || '(none)'} are kept for now, `;
      logger.warn(`the coordinator of group ${groupId} cannot be used, ${kept}retrying: ${messageOf(error)}`);
    }
    this.#failures += 1;
    this.#coordinator = undefined;
    if (type === undefined) {
      this.#line.drop();
      if (!this.#left.signal.aborted) this.#line = this.#openLine();
    }
    await pause(
      Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.min(this.#failures - 1, 10)),
      this.#left.signal,
    );
  }

  #onKicked(type: string): void {
    const { groupId, metrics, logger } = this.#options;
    metrics.add('membershipsLost');
    logger.warn(
      `group ${groupId} has gone on without this process (${type}): it puts its partitions down and joins again`,
    );
    if (type !== 'ILLEGAL_GENERATION') this.#memberId = '';
    this.#isSettled = false;
    this.#tenure.lose();
  }
}
