import { fingerprintOf } from '@haltwire/schemas';
import { type Command, readFlags } from '../cli/command.ts';
import { readSecret } from '../cli/prompt.ts';

export const fingerprint: Command = {
  name: 'fingerprint',
  summary: 'make the fingerprint of a secret, for the policy',
  help: `Usage: haltwire fingerprint [--key KEY]

Reads a secret from stdin, or asks for it without showing it, and prints its fingerprint.
The secret is never taken from the command line, where other processes could read it.

  --key KEY   fingerprint key of this deployment; default: $HALTWIRE_FINGERPRINT_KEY, else "haltwire".
              Server, agents and policy must use the same one.

Example:
  printf %s "$RAILWAY_TOKEN" | haltwire fingerprint
`,
  async run(args) {
    const { values, positionals } = readFlags(args, { key: { type: 'string' } });
    if (positionals.length > 0) {
      process.stderr.write(
        'A secret on the command line can be read by others: pipe it in, or type it when asked. It was ignored.\n',
      );
      return 2;
    }
    const secret = await readSecret('Secret (not shown): ');
    const key = values.key ?? (process.env.HALTWIRE_FINGERPRINT_KEY || undefined);
    process.stdout.write(`${fingerprintOf(secret, key)}\n`);
    return 0;
  },
};
