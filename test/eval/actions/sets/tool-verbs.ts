import { textOf } from '../../support/data-files.ts';
import {
  benignQuestions,
  type DataSet,
  destructiveQuestions,
  type Question,
  readOnlyQuestions,
  verbQuestion,
} from './set.ts';

/** MCP tools by name alone, with their vendors' hints. */
export const toolVerbs: DataSet = {
  name: 'tool_verbs',
  samples: (row) => [
    {
      id: textOf(row, 'id'),
      call: { tool: textOf(row, 'tool'), arguments: {} },
      questions: questionsOf(textOf(row, 'label'), row.strict_destructive === true, { source: textOf(row, 'source') }),
    },
  ],
};

/** MCP's destructive hint means "may overwrite", so only delete-like tools count as destructive. */
function questionsOf(label: string, strict: boolean, groups: Readonly<Record<string, string>>): Question[] {
  if (strict)
    return [...destructiveQuestions('tool_verbs.strict_destructive', groups), ...verbQuestion('tool_verbs', 'delete')];
  if (label === 'readonly')
    return [...readOnlyQuestions('tool_verbs.readonly', groups), ...verbQuestion('tool_verbs', 'read')];
  return [...benignQuestions('tool_verbs.write', groups), ...verbQuestion('tool_verbs', 'write')];
}
