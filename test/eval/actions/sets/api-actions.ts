import { textOf } from '../../support/data-files.ts';
import {
  benignQuestions,
  type DataSet,
  destructiveQuestions,
  type Question,
  readOnlyQuestions,
  verbQuestion,
} from './set.ts';

/** Cloud API actions by name alone, with their vendor's access level. */
export const apiActions: DataSet = {
  name: 'api_actions',
  samples: (row) => [
    {
      id: textOf(row, 'id'),
      call: { tool: textOf(row, 'action'), arguments: {} },
      questions: questionsOf(textOf(row, 'label'), { access: textOf(row, 'access_level') }),
    },
  ],
};

function questionsOf(label: string, groups: Readonly<Record<string, string>>): Question[] {
  if (label === 'destructive')
    return [...destructiveQuestions('api_actions.destructive', groups), ...verbQuestion('api_actions', 'delete')];
  if (label === 'readonly')
    return [...readOnlyQuestions('api_actions.readonly', groups), ...verbQuestion('api_actions', 'read')];
  return [...benignQuestions('api_actions.write', groups), ...verbQuestion('api_actions', 'write')];
}
