import { styleText } from 'node:util';
import { type Command, readFlags, readPort, UsageError } from '../cli/command.ts';
import { commandName } from '../cli/command-name.ts';
import type { Standalone } from '../server/start-standalone.ts';

function welcome({ url, firstStart }: Standalone, dataDir: string): string {
  const bold = (text: string) => styleText('bold', text);
  const watch = `${commandName()} watch`;
  const lines = [
    `${bold('Haltwire')} is up. Data: ${dataDir}`,
    `  agents     OTLP ${url}/v1/logs and /v1/traces, gate ${url.replace('http', 'ws')}/v1/agent`,
    `  people     API ${url}/v1/holds, /v1/sessions, /v1/cases; live: ${watch}`,
    `  health     ${url}/healthz, ${url}/readyz`,
  ];
  if (firstStart !== undefined) {
    lines.push(
      '',
      `${bold('First start.')} Two secrets, shown this once. Yours, and that of a first agent ("my-agent"):`,
      `  export HALTWIRE_URL=${url} HALTWIRE_TOKEN=${firstStart.adminToken}`,
      `  export HALTWIRE_ENDPOINT=${url} HALTWIRE_KEY=${firstStart.agentKey}`,
      '',
      `${bold('Next:')} run the first line in a terminal and watch; run the second where your agent runs.`,
      `  ${watch}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

/** Resolves when the process is asked to end: SIGTERM, SIGINT, or the parent that holds a channel to it is gone. */
function asked(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
    process.once('disconnect', () => resolve());
  });
}

export const up: Command = {
  name: 'up',
  summary: 'start the server: one process, one data folder',
  help: `Usage: haltwire up [options]

Starts collector, detector, log and history on one port. On first start it creates and prints, once, an admin
token and a first agent key. Stop it with Ctrl-C; kill -9 is safe at any moment.

  --data FOLDER            data folder; default ./.haltwire
  --host HOST              address to listen on; default 127.0.0.1 (this machine only)
  --port PORT              default 4318; 0 = any free port
  --durability LEVEL       disk (default): an event counts when the disk has it; process: when the system has it
                           (survives kill -9, may lose the last seconds in a power cut)
  --json                   print one JSON line when ready: {url, adminToken?, agentKey?}
  --verbose, --quiet       log more, or errors only; default: warnings and errors (to stderr, one JSON line each)

The fingerprint key comes from $HALTWIRE_FINGERPRINT_KEY (default "haltwire"): set your own in production, the same
for the agents.

Example:
  haltwire up --data /var/lib/haltwire
`,
  async run(args) {
    const { values, positionals } = readFlags(args, {
      data: { type: 'string', default: './.haltwire' },
      host: { type: 'string', default: '127.0.0.1' },
      port: { type: 'string' },
      durability: { type: 'string', default: 'disk' },
      json: { type: 'boolean', default: false },
      verbose: { type: 'boolean', default: false },
      quiet: { type: 'boolean', default: false },
    });
    if (positionals.length > 0) throw new UsageError(`up takes no "${positionals.join(' ')}".`);
    const { durability } = values;
    if (durability !== 'disk' && durability !== 'process') {
      throw new UsageError(`--durability ${durability} is not known: use disk or process.`);
    }
    const port = readPort(values.port, 4318);
    const ending = asked();
    // Loaded here: the other commands need none of it.
    const { startStandalone } = await import('../server/start-standalone.ts');
    const server = await startStandalone({
      dataDir: values.data,
      host: values.host,
      port,
      durability,
      fingerprintKey: process.env.HALTWIRE_FINGERPRINT_KEY || undefined,
      logLevel: values.verbose ? 'info' : 'warn',
      quiet: values.quiet,
    });
    if (values.json) process.stdout.write(`${JSON.stringify({ url: server.url, ...server.firstStart })}\n`);
    else process.stdout.write(welcome(server, values.data));
    await ending;
    await server.close();
    if (process.connected) process.disconnect();
    return 0;
  },
};
