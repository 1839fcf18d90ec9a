import type { MetricTable } from '@haltwire/schemas';

/** Counters of the detector, by name; the docs list them from this table. */
export const METRICS = {
  recordsProcessed: 'Input records processed.',
  recordsPoisoned: 'Input records that could not be read, sent to agent.inputs.dead.',
  decisionsWritten: 'Decisions appended to agent.decisions.',
  decisionsSkipped: 'Decisions already written before a restart, recognised and not written again.',
  ticksAppended: 'Ticks appended because a timer was due.',
  snapshotsSaved: 'Snapshots of engine state saved.',
  sessionsRecorded: 'Session records written for other replicas.',
  partitionsFenced: 'Partitions given up because another detector took them over.',
  verdictsSent: 'Verdicts sent to agents.',
  verdictsUndeliverable: 'Verdicts whose session has no socket here; sent when it connects.',
  killsSent: 'Kill frames sent to agents.',
  leasesGranted: 'Leases granted.',
  attachmentsWritten: 'Sessions with a socket here that were made known to their owners.',
  probesWritten: 'Questions to the owners of partitions whether they follow the log.',
  messagesRouted: 'Messages sent to gateways of other replicas.',
  messagesDropped: 'Messages to gateways that could not be told for too long; they ask anew.',
  messagesFenced: 'Messages of an earlier owner that were not passed on.',
  takeoversFailed: 'Attempts to take a partition over that failed and were repeated.',
  socketsRefused: 'Socket connections refused.',
  analystMessagesDropped: 'Messages a slow analyst client missed (it is told, and takes a new snapshot).',
} as const;
/** Present values of a detector that shares the log, by name. */
export const REPLICA_METRICS = {
  partitionsAssigned: { help: 'Partitions that this replica was given.', type: 'gauge' },
  partitionsLive: { help: 'Partitions that it has restored, claimed and follows.', type: 'gauge' },
  silentPartitions: {
    help: 'Partitions of sessions with a socket here whose owner has not shown itself for the length of a lease.',
    type: 'gauge',
  },
  sessionsKnown: { help: 'Sessions in the directory.', type: 'gauge' },
} as const satisfies MetricTable;
export type MetricName = keyof typeof METRICS;

/** A plain set of counters. */
export class Metrics {
  readonly #counts = new Map<MetricName, number>();

  add(name: MetricName, count = 1): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + count);
  }

  /** All counters, zero ones too. */
  read(): Record<MetricName, number> {
    const names = Object.keys(METRICS) as MetricName[];
    return Object.fromEntries(names.map((name) => [name, this.#counts.get(name) ?? 0])) as Record<MetricName, number>;
  }
}
