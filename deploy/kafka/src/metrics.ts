/** Counters of the drivers, by name; the README lists them from this table. */
export const KAFKA_METRICS = {
  appends: 'Appends acknowledged.',
  appendsRefused: 'Appends refused; some of them may be in the log all the same.',
  entriesAppended: 'Events acknowledged.',
  recordsProduced: 'Kafka records that carried them.',
  requestsProduced: 'Produce requests answered.',
  produceRetries: 'Produce requests sent again.',
  identitiesGivenUp: 'Producer identities given up because a request was in doubt.',
  rightsTaken: 'Partitions taken over to write them alone.',
  rightsLost: 'Rights to write a partition alone that were lost to another process, or could not be proven.',
  entriesRead: 'Events delivered to readers.',
  fetches: 'Fetch requests answered.',
  readerFailures: 'Readers that lost their connection and opened another.',
  readerStalls: 'Readers that were behind, got nothing, and were restarted.',
  assignments: 'Assignments of partitions received.',
  assignmentsLapsed:
    'Times when no heartbeat was answered for the session timeout, so that all partitions were put down.',
  membershipsLost: 'Times when the group had gone on without this process.',
  coordinatorFailures:
    'Times when the coordinator of a group could not be used; the partitions were kept for the time being.',
  offsetsCommitted: 'Commits of progress answered.',
  offsetsRefused: 'Commits of progress that failed.',
  snapshotsSaved: 'Snapshots committed.',
} as const;
export type KafkaMetricName = keyof typeof KAFKA_METRICS;

/** A plain set of counters. */
export class KafkaMetrics {
  readonly #counts = new Map<KafkaMetricName, number>();

  add(name: KafkaMetricName, count = 1): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + count);
  }

  /** All counters, zero ones too. */
  read(): Record<KafkaMetricName, number> {
    const names = Object.keys(KAFKA_METRICS) as KafkaMetricName[];
    return Object.fromEntries(names.map((name) => [name, this.#counts.get(name) ?? 0])) as Record<
      KafkaMetricName,
      number
    >;
  }
}
