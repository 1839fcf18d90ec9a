import { textOf } from '../../support/data-files.ts';
import { type DataSet, destructiveQuestions, type Question, readOnlyQuestions } from './set.ts';

/** Examples of many command lines; weak labels, by the verb of their description. */
export const cliExamples: DataSet = {
  name: 'cli_examples',
  samples: (row) => [
    {
      id: textOf(row, 'id'),
      call: { tool: 'bash', arguments: { command: textOf(row, 'command') } },
      questions: questionsOf(textOf(row, 'label'), { infra: textOf(row, 'infra') }),
    },
  ],
};

function questionsOf(label: string, groups: Readonly<Record<string, string>>): Question[] {
  if (label === 'destructive_weak') return destructiveQuestions('cli_examples.destructive_weak', groups);
  if (label === 'readonly_weak') return readOnlyQuestions('cli_examples.readonly_weak', groups);
  return [];
}
