import type { ClickHouseClient } from '@clickhouse/client';
import type { LogEntry } from '@haltwire/schemas';
import { type ArchivedTopic, tableOf } from './rows.ts';
import type { Layout } from './schema/layout.ts';
import { type CountedTable, countHour, hourlyTables } from './schema/rollup-tables.ts';

const HOUR_MS = 3_600_000;

/** When hours are counted. */
export interface RollupOptions {
  /** How often hours that have got rows are counted anew, ms. */
  readonly everyMs: number;
  /** An hour is counted until so long after its last row came, ms: a replica may answer without the newest rows. */
  readonly settleMs: number;
}

/** What `createRollups` is made of. */
export interface RollupParts extends RollupOptions {
  readonly client: ClickHouseClient;
  readonly layout: Layout;
  /** Called per hour that was counted. */
  readonly onCounted: () => void;
}

/** Keeps the hourly counts in step with the rows. */
export interface Rollups {
  /** Takes up a partition where whoever had it before left off: hours with rows that may not be counted yet. */
  resume(topic: ArchivedTopic, partition: number): Promise<void>;
  /** Rows have come into ClickHouse. */
  note(topic: ArchivedTopic, partition: number, entries: readonly LogEntry[]): void;
  /** Forgets a partition that somebody else works on now. */
  forget(topic: ArchivedTopic, partition: number): void;
  /** Counts what has changed. Rejects when ClickHouse fails: everything that is left is counted next time. */
  count(): Promise<void>;
}

/** One partition of one topic: hours that are to be counted, each with when its last row came. */
interface Place {
  readonly topic: ArchivedTopic;
  readonly partition: number;
  readonly open: Map<number, { readonly at: number }>;
  newest: number;
  marked: number | undefined;
}

/**
 * Counts calls and decisions by the hour, out of rows that are in the tables already.
 *
 * A materialized view would count as rows come in, and a repeated insert twice: here, an hour is counted anew as a whole,
 * by position, whenever it has got rows. What was counted is kept in `hourly_marks`, per partition, so that whoever comes
 * after a crash counts what is missing.
 */
export function createRollups({ client, layout, settleMs, onCounted }: RollupParts): Rollups {
  const { database } = layout;
  const places = new Map<string, Place>();

  const placeOf = (topic: ArchivedTopic, partition: number): Place => {
    const key = `${topic}/${partition}`;
    const place = places.get(key) ?? { topic, partition, open: new Map(), newest: 0, marked: undefined };
    places.set(key, place);
    return place;
  };
  const open = (place: Place, hour: number): void => {
    place.open.set(hour, { at: performance.now() });
    place.newest = Math.max(place.newest, hour);
  };

  const countOne = async (table: CountedTable, hour: number): Promise<void> => {
    await client.command({
      query: countHour(layout, table),
      query_params: { from: hour * HOUR_MS, to: (hour + 1) * HOUR_MS },
      clickhouse_settings: layout.replication === undefined ? {} : { insert_quorum: 'auto', insert_deduplicate: 0 },
    });
    onCounted();
  };

  const mark = async (changed: readonly { readonly place: Place; readonly hour: number }[]): Promise<void> => {
    if (changed.length === 0) return;
    await client.insert({
      table: `${database}.hourly_marks`,
      values: changed.map(({ place: { topic, partition }, hour }) => ({ topic, partition, hour: hour * 3600 })),
      format: 'JSONEachRow',
      clickhouse_settings: { async_insert: 0 },
    });
    for (const { place, hour } of changed) place.marked = hour;
  };

  return {
    async resume(topic, partition) {
      if (!isCounted(tableOf[topic])) return;
      const place = placeOf(topic, partition);
      const answer = await client.query({
        query: `SELECT DISTINCT toUInt32(intDiv(toUnixTimestamp64Milli(log_time), ${HOUR_MS})) AS hour
          FROM ${database}.${tableOf[topic]}
          WHERE topic = {topic: String} AND partition = {partition: UInt32} AND log_time >= (
            SELECT max(hour) FROM ${database}.hourly_marks
            WHERE topic = {topic: String} AND partition = {partition: UInt32})`,
        query_params: { topic, partition },
        format: 'JSONEachRow',
      });
      for (const { hour } of await answer.json<{ hour: number }>()) open(place, Number(hour));
    },
    note(topic, partition, entries) {
      if (!isCounted(tableOf[topic])) return;
      const place = placeOf(topic, partition);
      const hours = new Set(entries.map((entry) => Math.floor(entry.logTime / HOUR_MS)));
      for (const hour of hours) open(place, hour);
    },
    forget(topic, partition) {
      places.delete(`${topic}/${partition}`);
    },
    async count() {
      const taken = [...places.values()].map((place) => ({ place, open: new Map(place.open) }));
      for (const table of Object.keys(hourlyTables) as CountedTable[]) {
        const here = taken.filter(({ place }) => tableOf[place.topic] === table);
        const hours = new Set(here.flatMap(({ open }) => [...open.keys()]));
        for (const hour of [...hours].sort((a, b) => a - b)) await countOne(table, hour);
      }
      const now = performance.now();
      const changed = taken.flatMap(({ place, open }) => {
        for (const [hour, last] of open) {
          // Rows that came while we counted keep their hour open.
          if (place.open.get(hour) === last && now - last.at >= settleMs) place.open.delete(hour);
        }
        const hour = place.open.size === 0 ? place.newest : Math.min(...place.open.keys());
        return hour === 0 || hour === place.marked ? [] : [{ place, hour }];
      });
      await mark(changed);
    },
  };
}

function isCounted(table: string): table is CountedTable {
  return table in hourlyTables;
}
