/** What `archiver.metrics()` and `archiver.lag()` tell, by name; the README lists them from this table. */
export const ARCHIVE_METRICS = {
  'archive.rows': { type: 'counter', labels: [], help: 'Rows inserted; one that was inserted twice counts twice.' },
  'archive.inserts': { type: 'counter', labels: [], help: 'Inserts that ClickHouse has acknowledged.' },
  'archive.unfit_rows': {
    type: 'counter',
    labels: [],
    help: 'Records that did not fit their table: kept as text only.',
  },
  'archive.hours_counted': { type: 'counter', labels: [], help: 'Hours whose calls or decisions were counted anew.' },
  'archive.failures': { type: 'counter', labels: [], help: 'Attempts that failed, of ClickHouse or of the log.' },
  'archive.partitions': { type: 'gauge', labels: [], help: 'Partitions that this archiver works on.' },
  'archive.lag': {
    type: 'gauge',
    labels: ['topic', 'partition'],
    help: 'Offsets of the log that are not in ClickHouse yet.',
  },
} as const satisfies Record<string, { type: 'counter' | 'gauge'; labels: readonly string[]; help: string }>;

/** Those without labels. */
export type ArchiveMetricName = Exclude<keyof typeof ARCHIVE_METRICS, 'archive.lag'>;

/** The numbers of one archiver. */
export class ArchiveMetrics {
  partitions = 0;
  readonly #sums = new Map<ArchiveMetricName, number>();

  add(name: Exclude<ArchiveMetricName, 'archive.partitions'>, count = 1): void {
    this.#sums.set(name, (this.#sums.get(name) ?? 0) + count);
  }

  /** All of them, zero ones too. */
  read(): Record<ArchiveMetricName, number> {
    const sum = (name: ArchiveMetricName): number => this.#sums.get(name) ?? 0;
    return {
      'archive.rows': sum('archive.rows'),
      'archive.inserts': sum('archive.inserts'),
      'archive.unfit_rows': sum('archive.unfit_rows'),
      'archive.hours_counted': sum('archive.hours_counted'),
      'archive.failures': sum('archive.failures'),
      'archive.partitions': this.partitions,
    };
  }
}
