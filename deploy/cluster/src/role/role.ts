import type { KafkaLog } from '@haltwire/kafka';
import type { EventSource, MetricValues, SnapshotStore } from '@haltwire/schemas';
import type { Logger, MetricSource } from '@haltwire/server';
import type { FastifyInstance } from 'fastify';
import type { ClusterConfig } from '../config/schema.ts';
import type { Check } from './checks.ts';

/** The log as roles use it: Kafka's, or one in memory in a test. */
export interface RoleLog {
  readonly sink: KafkaLog['sink'];
  readonly source: EventSource;
  readonly snapshots: SnapshotStore;
  readonly metrics: { read(): MetricValues };
  close(): Promise<void>;
}

/** What a role is given to stand on. Everything is added before `start` resolves. */
export interface RoleHost {
  readonly config: ClusterConfig;
  readonly logger: Logger;
  /** Register routes here; it listens when `start` has resolved. /healthz, /readyz and /metrics are there already. */
  readonly app: FastifyInstance;
  readonly log: RoleLog;
  /** Fires when the process is asked to end. A `start` that takes long should give up then. */
  readonly stopping: AbortSignal;
  /** A condition of /readyz, by name. Ready = all of them answer undefined. */
  addCheck(name: string, check: Check): void;
  /** Metrics for /metrics, beside those of the process and of the log. */
  addMetrics(source: MetricSource): void;
  /**
   * Work beside the requests. Its signal fires when the last request has been answered; the end of the process waits for
   * it. When it rejects, or resolves before its signal, the process ends with an error.
   */
  run(name: string, work: (signal: AbortSignal) => Promise<void>): void;
  /** A step of the ending while requests are still served: sockets, partitions to hand over. The last added goes first. */
  onStopping(step: () => unknown): void;
  /** A step of the ending when no request is under way and all work has ended; the log closes after it. Last added first. */
  onStopped(step: () => unknown): void;
}

/** What a process does. */
export interface Role {
  /** `collector`, `detector`, `archiver`: in log lines and in /readyz. */
  readonly name: string;
  /** Registers routes, checks, metrics and work. What waits for Kafka belongs into `host.run`: we should answer meanwhile. */
  start(host: RoleHost): Promise<void>;
}
