import type { TopicName } from '@haltwire/schemas';

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

/** How far a reader is behind. */
export interface Behind {
  readonly topic: TopicName;
  readonly partition: number;
  /** Records between what it has taken and the end. */
  readonly records: number;
}

/** A plain set of counters, and how far readers are behind. */
export class KafkaMetrics {
  readonly #counts = new Map<KafkaMetricName, number>();

  readonly #behind = new Map<object, Behind>();

  /** `undefined`: the reader has ended. */
  setBehind(reader: object, behind: Behind | undefined): void {
    if (behind === undefined) this.#behind.delete(reader);
    else this.#behind.set(reader, behind);
  }

  /** How far each partition's reader is behind; of several readers of one partition, the slowest. */
  readBehind(): readonly Behind[] {
    const slowest = new Map<string, Behind>();
    for (const one of this.#behind.values()) {
      const id = `${one.topic}/${one.partition}`;
      if (one.records >= (slowest.get(id)?.records ?? 0)) slowest.set(id, one);
    }
    return [...slowest.values()];
  }

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
