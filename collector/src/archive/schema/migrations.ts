import type { Layout } from './layout.ts';
import { createOnceViews, createRecordTables, recordTables } from './tables.ts';

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
];
