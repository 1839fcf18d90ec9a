import { textOf } from '../../support/data-files.ts';
import { benignQuestions, type DataSet, destructiveQuestions } from './set.ts';

/** Commands that agents ran and people wrote, nobody attacking. */
export const benignShell: DataSet = {
  name: 'benign_shell',
  samples(row) {
    const byPerson = textOf(row, 'origin') === 'human';
    const asked = textOf(row, 'weak_label') === 'destructive_weak';
    const questions = !byPerson
      ? benignQuestions('benign_shell.agent', { source: textOf(row, 'source') })
      : asked
        ? destructiveQuestions('benign_shell.human.destructive_weak')
        : benignQuestions('benign_shell.human');
    const call = { tool: 'bash', arguments: { command: textOf(row, 'command') } };
    return [{ id: textOf(row, 'id'), call, questions }];
  },
};
