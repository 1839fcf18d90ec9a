import { HaltwireError } from '@haltwire/schemas';

/** Where and how the archive's tables stand. */
export interface Layout {
  readonly database: string;
  /** Makes tables on every host of it. */
  readonly cluster?: string | undefined;
  /** Replicated tables; undefined = plain ones. */
  readonly replication?: Replication | undefined;
  /** Days that rows are kept; -1 = for ever; undefined = as the tables are. */
  readonly retentionDays?: number | undefined;
}

/** Arguments of ClickHouse's replicated engines; macros stand in braces. */
export interface Replication {
  readonly zookeeperPath: string;
  readonly replica: string;
}

/** Refuses names that would be SQL. The configuration refuses them too, with the key's name. */
export function checkLayout({ database, cluster, replication }: Layout): void {
  for (const [key, name] of Object.entries({ database, cluster })) {
    if (name !== undefined && !/^[A-Za-z_]\w{0,62}$/.test(name)) {
      throw new HaltwireError(
        'HALTWIRE_CONFIG',
        `${key} is wrong: it must be letters, digits and _, not starting with a digit`,
      );
    }
  }
  for (const [key, text] of Object.entries(replication ?? {})) {
    if (/['\\]/.test(text))
      throw new HaltwireError('HALTWIRE_CONFIG', `${key} is wrong: it must hold no quote and no \\`);
  }
}

/** ` ON CLUSTER …` where there is one. */
export function onCluster({ cluster }: Layout): string {
  return cluster === undefined ? '' : ` ON CLUSTER ${cluster}`;
}

/** An engine that keeps one row per key: any of them, or the one with the highest `version`. */
export function replacingEngine({ replication }: Layout, version?: string): string {
  const place = replication === undefined ? [] : [`'${replication.zookeeperPath}'`, `'${replication.replica}'`];
  const parameters = version === undefined ? place : [...place, version];
  return `${replication === undefined ? '' : 'Replicated'}ReplacingMergeTree(${parameters.join(', ')})`;
}
