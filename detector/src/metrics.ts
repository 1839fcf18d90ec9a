/** Counters of the detector, by name; the docs list them from this table. */
export const METRICS = {
  recordsProcessed: 'Input records processed.',
  recordsPoisoned: 'Input records that could not be read, sent to agent.inputs.dead.',
  decisionsWritten: 'Decisions appended to agent.decisions.',
  decisionsSkipped: 'Decisions already written before a restart, recognised and not written again.',
  ticksAppended: 'Ticks appended because a timer was due.',
  snapshotsSaved: 'Snapshots of engine state saved.',
  verdictsSent: 'Verdicts sent to agents.',
  verdictsUndeliverable: 'Verdicts whose session has no socket here; sent when it connects.',
  killsSent: 'Kill frames sent to agents.',
  leasesGranted: 'Leases granted.',
  socketsRefused: 'Socket connections refused.',
  analystMessagesDropped: 'Messages a slow analyst client missed (it is told, and takes a new snapshot).',
} as const;
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
