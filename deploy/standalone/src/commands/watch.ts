import { readServerAccess, serverFlags, serverFlagsHelp } from '../cli/api-client.ts';
import { type Command, readFlags, UsageError } from '../cli/command.ts';
import { watchLive, watchPlainly } from '../watch/run-watch.ts';

export const watch: Command = {
  name: 'watch',
  summary: 'follow live: what agents do, what was noticed, what waits for you',
  help: `Usage: haltwire watch [--plain]

Follows the server live. In a terminal, open questions and sessions stand below the stream:
  up/down or a number selects; a approves, d denies, k kills, r releases (each asks for a reason); q quits.
Without a terminal it prints plain lines. It reconnects by itself.

  --plain            plain lines in a terminal too
${serverFlagsHelp}

Example:
  HALTWIRE_TOKEN=hwt_... haltwire watch
`,
  async run(args) {
    const { values, positionals } = readFlags(args, { ...serverFlags, plain: { type: 'boolean', default: false } });
    if (positionals.length > 0) throw new UsageError(`watch takes no "${positionals.join(' ')}".`);
    const access = readServerAccess(values);
    const stop = new AbortController();
    process.once('SIGINT', () => stop.abort());
    process.once('SIGTERM', () => stop.abort());
    if (values.plain || !process.stdin.isTTY || !process.stdout.isTTY) await watchPlainly(access, stop.signal);
    else await watchLive(access, stop);
    return 0;
  },
};
