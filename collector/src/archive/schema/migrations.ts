import type { Layout } from './layout.ts';
import { createHourlyTables, hourlyTables } from './rollup-tables.ts';
import { createOnceViews, createRecordTables, recordTables } from './tables.ts';
import { alterInputsForTraces, createTraceViews } from './traces.ts';

/** One step of the schema. Its statements may be repeated: a step that was cut off is done again. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly statements: (layout: Layout) => readonly string[];
}

/** All steps, oldest first. One that was released is never changed in what it leaves behind. */
export const migrations: readonly Migration[] = [
  {
    version: 1,
    name: 'inputs, decisions and dead letters',
    statements: (layout) => [...createRecordTables(layout), ...createOnceViews(layout, recordTables)],
  },
  {
    version: 2,
    name: 'traces and counts by the hour',
    statements: (layout) => [
      ...alterInputsForTraces(layout),
      ...createHourlyTables(layout),
      // The views of version 1 do not show columns that came later.
      ...createOnceViews(layout, [...recordTables, ...Object.values(hourlyTables)]),
      ...createTraceViews(layout),
    ],
  },
];
