import { z } from 'zod';
import { createApiClient, readServerAccess, serverFlags, serverFlagsHelp } from '../cli/api-client.ts';
import { type Command, readFlags, UsageError } from '../cli/command.ts';
import { checkPolicies } from '../policy/check-command.ts';
import { countsOf } from '../policy/counts.ts';
import { diffPolicies } from '../policy/diff-policies.ts';
import { readPolicyFile } from '../policy/read-policy-file.ts';
import { printSuggestion } from '../policy/suggest-command.ts';
import { recordedFlags, recordedFlagsHelp } from '../replay/open-recorded.ts';

const flags = {
  ...serverFlags,
  ...recordedFlags,
  strict: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  tenant: { type: 'string' },
  to: { type: 'string' },
  'min-sessions': { type: 'string', default: '3' },
  'min-calls': { type: 'string', default: '20' },
} as const;

const VERBS = 'check, diff, import or suggest';

export const policy: Command = {
  name: 'policy',
  summary: 'check policies, compare two, import one into the server, or have one suggested from history',
  help: `Usage: haltwire policy check FILE|FOLDER … [--strict] [--json]
       haltwire policy diff A B [--json]
       haltwire policy import FILE
       haltwire policy suggest SOURCE [--min-sessions N] [--min-calls N]

check shows every fault with file, line, column, key and cure, and warns of what is valid and yet probably not meant.
  --strict           warnings fail the check too
diff says in words what changes from one policy to the other.
import replaces the policy of the server, durably, for all agents at one point of the log. Needs an admin's token.
${serverFlagsHelp}
suggest prints a policy that fits what agents did, each line with its evidence: only from calls that were allowed without any
finding and ended well. Tried on the same history before it is printed; read it before you import it.
${recordedFlagsHelp}
  --min-sessions N   sessions of a task from which a list may be closed, so that others are refused; default 3
  --min-calls N      ... and calls; default 20
  --tenant ID        whose work; default "default"
  --to TIME          look at nothing after it (2026-04-12T10:00:00Z, or 2h, 7d ago)

  --json             print JSON

Example:
  haltwire policy suggest --data ./.haltwire > policy.yaml && haltwire policy check policy.yaml
`,
  async run(args) {
    const { values, positionals } = readFlags(args, flags);
    const [action, ...files] = positionals;
    switch (action) {
      case 'check':
        return checkPolicies(files, values);
      case 'diff':
        return diff(files, values.json);
      case 'import':
        return importPolicy(files, values);
      case 'suggest':
        if (files.length > 0) throw new UsageError(`policy suggest takes no "${files.join(' ')}".`);
        return printSuggestion(values);
      default:
        throw new UsageError(
          action === undefined ? `policy needs a verb: use ${VERBS}.` : `policy ${action} is not known: use ${VERBS}.`,
        );
    }
  },
};

async function diff(files: readonly string[], json: boolean): Promise<number> {
  const [before, after, ...rest] = files;
  if (before === undefined || after === undefined || rest.length > 0)
    throw new UsageError('policy diff needs two files: what is, and what is to be.');
  const changes = diffPolicies(await readPolicyFile(before), await readPolicyFile(after));
  const marks = { added: '+', removed: '-', changed: '~' } as const;
  const lines = changes.map(({ change, words }) => `${marks[change]} ${words}`);
  const text = json ? JSON.stringify({ changes }) : lines.length === 0 ? 'Both say the same.' : lines.join('\n');
  process.stdout.write(`${text}\n`);
  return 0;
}

async function importPolicy(files: readonly string[], values: Parameters<typeof readServerAccess>[0]): Promise<number> {
  const [file, ...rest] = files;
  if (file === undefined || rest.length > 0) throw new UsageError('policy import needs one FILE.');
  const parsed = await readPolicyFile(file);
  const api = createApiClient(readServerAccess(values));
  const answer = z.object({ policyHash: z.string() }).parse(await api.request('PUT', '/v1/policy', parsed));
  process.stdout.write(`Imported ${file}: ${countsOf(parsed)}. Policy ${answer.policyHash.slice(0, 12)}.\n`);
  return 0;
}
