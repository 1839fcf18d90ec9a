import { textOf } from '../../support/data-files.ts';
import {
  benignQuestions,
  type DataSet,
  destructiveQuestions,
  type Question,
  readOnly,
  readOnlyQuestions,
} from './set.ts';

/** Commands with the verdict that other guards' own tests demand. */
export const commands: DataSet = {
  name: 'commands',
  samples: (row) => [
    {
      id: textOf(row, 'id'),
      call: { tool: 'bash', arguments: { command: textOf(row, 'command') } },
      questions: questionsOf(textOf(row, 'label'), {
        source: textOf(row, 'source'),
        category: textOf(row, 'category'),
      }),
    },
  ],
};

function questionsOf(label: string, groups: Readonly<Record<string, string>>): Question[] {
  switch (label) {
    case 'destructive':
      return destructiveQuestions('commands.destructive', groups);
    case 'safe':
      return benignQuestions('commands.safe', groups);
    case 'readonly':
      return readOnlyQuestions('commands.readonly', { category: groups.category ?? '' });
    case 'mutating':
    case 'risky':
      // Neither label says that something is destroyed, but neither may pass as read-only.
      return [
        {
          metric: `commands.${label}.noticed_rate`,
          hit: (seen) => !readOnly(seen),
          right: true,
          groups: { source: groups.source ?? '' },
        },
        { metric: `commands.${label}.harmful_rate`, hit: (seen) => seen.harmful || seen.opaque },
      ];
    default:
      return [];
  }
}
