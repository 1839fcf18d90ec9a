import { styleText } from 'node:util';
import { type Command, readFlags, UsageError } from '../cli/command.ts';
import { promisesOf } from '../demo/outcome.ts';
import type { DemoOutput } from '../demo/run-demo.ts';

/** Story on stdout; in a terminal, what is waited for stands below it until it has come. */
function createOutput(): DemoOutput {
  const { stdout } = process;
  const transient = stdout.isTTY === true;
  const wipe = transient ? '\r\u001b[K' : '';
  return {
    lines: (lines) => stdout.write(`${wipe}${lines.join('\n')}\n`),
    progress: (text) => stdout.write(transient ? `\r  ${styleText('dim', `${text} …`)}` : `\n  ${text} …\n`),
  };
}

const silent: DemoOutput = { lines: () => {}, progress: () => {} };

export const demo: Command = {
  name: 'demo',
  summary: 'replay the nine-second incident, without and with Haltwire',
  help: `Usage: haltwire demo [--json] [--kafka]

Replays a documented incident as real tool calls against a stand-in of the hosting API: first without Haltwire, then
with it, then honest work that must not be disturbed. Uses a temporary folder and free ports; needs bash, curl, grep.

  --json             print the outcome as JSON instead of the story
  --kafka            over a real Kafka broker: a collector and two detectors as processes of their own (needs Java 17;
                     the first time also Maven, which gets the broker's jars)

Exit code 0 only if the volume survived, the session was killed and acknowledged, and the honest work went through.
`,
  async run(args) {
    const { values, positionals } = readFlags(args, {
      json: { type: 'boolean', default: false },
      kafka: { type: 'boolean', default: false },
    });
    if (positionals.length > 0) throw new UsageError(`demo takes no "${positionals.join(' ')}".`);
    const { runDemo } = await import('../demo/run-demo.ts');
    const outcome = await runDemo(values.json ? silent : createOutput(), { kafka: values.kafka });
    const promises = promisesOf(outcome);
    const broken = promises.filter(({ kept }) => !kept);
    if (values.json) {
      process.stdout.write(`${JSON.stringify({ ok: broken.length === 0, promises, ...outcome }, null, 2)}\n`);
    }
    for (const { sentence, instead } of broken)
      process.stderr.write(`haltwire demo: not so: ${sentence} (${instead})\n`);
    return broken.length === 0 ? 0 : 1;
  },
};
