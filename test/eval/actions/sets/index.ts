import { apiActions } from './api-actions.ts';
import { benignShell } from './benign-shell.ts';
import { benignTraces } from './benign-traces.ts';
import { cliExamples } from './cli-examples.ts';
import { commands } from './commands.ts';
import { incidents } from './incidents.ts';
import { secrets } from './secrets.ts';
import type { DataSet } from './set.ts';
import { sql } from './sql.ts';
import { toolVerbs } from './tool-verbs.ts';

/** Every data set that the evaluation knows. A new one is one more file and one more line here. */
export const dataSets: readonly DataSet[] = [
  commands,
  benignShell,
  benignTraces,
  sql,
  toolVerbs,
  apiActions,
  cliExamples,
  incidents,
  secrets,
];
