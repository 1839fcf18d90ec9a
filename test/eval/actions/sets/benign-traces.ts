import { listOf, textOf } from '../../support/data-files.ts';
import { benignQuestions, type DataSet } from './set.ts';

/** Whole sessions of honest agents: each of their calls on its own. */
export const benignTraces: DataSet = {
  name: 'benign_traces_*',
  samples: (row) =>
    listOf(row, 'calls').map((call, at) => ({
      id: `${textOf(row, 'id')}#${at}`,
      call: { tool: textOf(call, 'tool') || 'unknown', arguments: call.args ?? {} },
      questions: benignQuestions('benign_traces', { source: textOf(row, 'source') }),
    })),
};
