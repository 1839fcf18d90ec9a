import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { createApiClient, readServerAccess, serverFlags, serverFlagsHelp } from '../cli/api-client.ts';
import { type Command, readFlags, UsageError } from '../cli/command.ts';
import { parsePolicy } from '../policy/read-policy.ts';

export const policy: Command = {
  name: 'policy',
  summary: 'check a policy file, or import it into the server',
  help: `Usage: haltwire policy check FILE
       haltwire policy import FILE

Reads a policy (YAML or JSON). Every fault is shown with file, line, column, key and cure.
import replaces the policy of the server, durably, for all agents at one point of the log. Needs an admin's token.

${serverFlagsHelp}

Example:
  haltwire policy check deploy/standalone/examples/pocketos.policy.yaml
`,
  async run(args) {
    const { values, positionals } = readFlags(args, serverFlags);
    const [action, file, ...rest] = positionals;
    if (action !== 'check' && action !== 'import') {
      throw new UsageError(
        action === undefined
          ? 'policy needs a verb: use check or import.'
          : `policy ${action} is not known: use check or import.`,
      );
    }
    if (file === undefined || rest.length > 0) throw new UsageError(`policy ${action} needs one FILE.`);
    const text = await readFile(file, 'utf8').catch(() => {
      throw new UsageError(`${file} cannot be read: check the path.`);
    });
    const parsed = parsePolicy(text, file);
    const counts = (['agents', 'tasks', 'credentials', 'resources'] as const)
      .map((section) => `${Object.keys(parsed[section]).length} ${section}`)
      .join(', ');
    if (action === 'check') {
      process.stdout.write(`${file} is valid: ${counts}.\n`);
      return 0;
    }
    const api = createApiClient(readServerAccess(values));
    const answer = z.object({ policyHash: z.string() }).parse(await api.request('PUT', '/v1/policy', parsed));
    process.stdout.write(`Imported ${file}: ${counts}. Policy ${answer.policyHash.slice(0, 12)}.\n`);
    return 0;
  },
};
