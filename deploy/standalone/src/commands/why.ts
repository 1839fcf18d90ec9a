import { createApiClient, readServerAccess, serverFlags, serverFlagsHelp } from '../cli/api-client.ts';
import { type Command, readFlags, UsageError } from '../cli/command.ts';
import { explanationOf } from '../why/explanation.ts';
import { gatherFacts } from '../why/gather.ts';
import { explanationLines } from '../why/print.ts';

/** Widest lines: longer ones are hard to read. */
const WIDTH = 110;

export const why: Command = {
  name: 'why',
  summary: 'explain a decision: the call, the proofs, where the credential came from, what came before',
  help: `Usage: haltwire why ID [--json]

Explains a decision in plain words. ID is that of a decision, or of the case, hold, kill or call that it is about; of
several the gravest is explained. haltwire cases lists what there is. Older decisions come from the history (ClickHouse).

  --json             print JSON
${serverFlagsHelp}

Example:
  haltwire why case_4f2c1b
`,
  async run(args) {
    const { values, positionals } = readFlags(args, { ...serverFlags, json: { type: 'boolean', default: false } });
    const [id, ...rest] = positionals;
    if (id === undefined || rest.length > 0)
      throw new UsageError('why needs one ID: of a decision, case, hold, kill or call.');
    const explanation = explanationOf(await gatherFacts(createApiClient(readServerAccess(values)), id));
    const width = Math.min(WIDTH, process.stdout.columns || WIDTH);
    const lines = values.json ? [JSON.stringify(explanation)] : explanationLines(explanation, width);
    process.stdout.write(`${lines.join('\n')}\n`);
    return 0;
  },
};
