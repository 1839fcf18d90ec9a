import { textOf } from '../../support/data-files.ts';
import type { DataSet } from './set.ts';

/** Lines with and without secrets, as what a call writes. */
export const secrets: DataSet = {
  name: 'secrets',
  samples(row) {
    const isSecret = textOf(row, 'label') === 'secret';
    return [
      {
        id: textOf(row, 'id'),
        call: { tool: 'write_file', arguments: { path: 'notes.txt', content: textOf(row, 'text') } },
        questions: [
          {
            metric: isSecret ? 'secrets.recall' : 'secrets.false_positive_rate',
            hit: (seen) => seen.derived.credentials.length > 0,
            right: isSecret,
            groups: { source: textOf(row, 'source'), type: textOf(row, 'type') },
          },
        ],
      },
    ];
  },
};
