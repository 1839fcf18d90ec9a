import { type Interval, wilson } from './interval.ts';

/** One number of an evaluation, as it stands in the JSON. Shares are 0 to 1, times in microseconds. */
export interface Metric extends Interval {
  readonly name: string;
  readonly n: number;
}

/** A share of a group of rows: `source = dcg`. */
export interface GroupMetric extends Metric {
  readonly metric: string;
  readonly key: string;
  readonly group: string;
}

interface Count {
  hits: number;
  n: number;
}

/** Counts how often something was so, whole and by group. */
export class Shares {
  readonly #whole = new Map<string, Count>();
  readonly #groups = new Map<string, Map<string, Count>>();

  /** Counts one row under a metric's name and under its groups. */
  add(name: string, hit: boolean, groups: Readonly<Record<string, string>> = {}): void {
    count(this.#whole, name, hit);
    for (const [key, group] of Object.entries(groups)) this.addToGroup(name, hit, key, group);
  }

  /** Counts one row in one group only, for rows that are in several groups of a key. */
  addToGroup(name: string, hit: boolean, key: string, group: string): void {
    const place = `${name}\n${key}`;
    const counts = this.#groups.get(place) ?? new Map<string, Count>();
    this.#groups.set(place, counts);
    count(counts, group, hit);
  }

  /** Hits under a metric's name. */
  hits(name: string): number {
    return this.#whole.get(name)?.hits ?? 0;
  }

  /** One metric per name, in the order in which they were first counted. */
  metrics(): Metric[] {
    return [...this.#whole].map(([name, { hits, n }]) => ({ name, ...wilson(hits, n), n }));
  }

  /** One metric per group; its name ends in `[key=group]`. */
  groupMetrics(): GroupMetric[] {
    return [...this.#groups].flatMap(([place, counts]) => {
      const [metric = '', key = ''] = place.split('\n');
      return [...counts].map(([group, { hits, n }]) => ({
        name: `${metric}[${key}=${group}]`,
        ...wilson(hits, n),
        n,
        metric,
        key,
        group,
      }));
    });
  }
}

function count(counts: Map<string, Count>, name: string, hit: boolean): void {
  const one = counts.get(name) ?? { hits: 0, n: 0 };
  counts.set(name, one);
  one.n += 1;
  if (hit) one.hits += 1;
}
