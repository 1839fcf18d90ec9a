import { readVerbs } from '@haltwire/schemas';
import { textOf } from '../../support/data-files.ts';
import type { Seen } from '../seen.ts';
import {
  benignQuestions,
  type DataSet,
  destructiveQuestions,
  type Question,
  readOnly,
  readOnlyQuestions,
  verbQuestion,
} from './set.ts';

/** SQL statements; labels of a syntax tree, and of validators' own tests. */
export const sql: DataSet = {
  name: 'sql',
  samples(row) {
    const label = textOf(row, 'label');
    const source = textOf(row, 'source');
    const kind = textOf(row, 'raw');
    const right = source === 'pg_regress' ? rightOf(label, kind) : undefined;
    return [
      {
        id: textOf(row, 'id'),
        call: { tool: 'execute_sql', arguments: { query: textOf(row, 'sql') } },
        questions: [
          ...questionsOf(label, { source, ...(label === 'readonly' ? {} : { kind }) }),
          ...(right === undefined ? [] : verbQuestion('sql', right, right === 'read' ? readsOrCalls : undefined)),
        ],
      },
    ];
  },
};

function questionsOf(label: string, groups: Readonly<Record<string, string>>): Question[] {
  switch (label) {
    case 'destructive':
      return destructiveQuestions('sql.destructive', groups);
    case 'readonly':
      return readOnlyQuestions('sql.readonly', groups);
    case 'write':
      return benignQuestions('sql.write', groups);
    case 'not_readonly':
      return [{ metric: 'sql.not_readonly.noticed_rate', hit: (seen) => !readOnly(seen), right: true, groups }];
    default:
      return [];
  }
}

/** The label of a query is its syntax; what a function in it does, its author knows. Read-only is asked apart. */
function readsOrCalls({ does, derived }: Seen): boolean {
  return does === 'read' || derived.effects.every(({ verb }) => verb === 'execute' || readVerbs.includes(verb));
}

/** A DELETE with a WHERE is labelled a write, yet its verb is delete. A query in a rule or CTE may write. */
function rightOf(label: string, kind: string): Seen['does'] | undefined {
  if (label === 'destructive' || kind.startsWith('delete')) return 'delete';
  if (label === 'readonly') return 'read';
  return kind === 'data-modifying cte' || kind === 'merge' ? undefined : 'write';
}
