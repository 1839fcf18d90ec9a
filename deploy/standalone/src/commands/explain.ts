import { explain as explainDerived, loadClassifier } from '@haltwire/collector';
import { createRedactor } from '@haltwire/schemas';
import { type Command, readFlags, UsageError } from '../cli/command.ts';

export const explain: Command = {
  name: 'explain',
  summary: 'tell what a command or tool call would do, without running it',
  help: `Usage: haltwire explain 'COMMAND' [--tool NAME] [--cwd FOLDER] [--json]
       haltwire explain '{"tool": "NAME", "arguments": {…}}' [--cwd FOLDER] [--json]
       haltwire explain -

Prints what the classifier makes of a call: effects with target, scope and weight, credentials, and what could not be
read. Nothing is run, nothing is sent. Secrets are shown by fingerprint. With - the call is read from stdin.

  --tool NAME    the tool that gets the command; default: bash
  --cwd FOLDER   working directory of the call; default: this one
  --key KEY      fingerprint key; default: $HALTWIRE_FINGERPRINT_KEY, else "haltwire"
  --json         the derived facts as JSON, as they stand in the log

Example:
  haltwire explain 'pg_dump prod | gzip > /tmp/a.gz && rm -rf ~/data'
`,
  async run(args) {
    const { values, positionals } = readFlags(args, {
      tool: { type: 'string' },
      cwd: { type: 'string' },
      key: { type: 'string' },
      json: { type: 'boolean' },
    });
    const [text, ...rest] = positionals;
    if (text === undefined || text.trim() === '' || rest.length > 0)
      throw new UsageError('explain needs one command or JSON call, in quotes; or - to read it from stdin.');
    const call = callOf(text === '-' ? await stdin() : text, values.tool);
    const redactor = createRedactor({
      fingerprintKey: values.key ?? (process.env.HALTWIRE_FINGERPRINT_KEY || undefined),
    });
    const { value, secrets } = redactor.value(call.arguments);
    const classifier = await loadClassifier();
    const derived = classifier.classify({
      phase: 'intent',
      tool: { name: call.tool },
      arguments: value,
      cwd: values.cwd ?? process.cwd(),
      credentials: secrets,
    });
    const lines = values.json === true ? [JSON.stringify(derived, null, 2)] : explainDerived(derived);
    process.stdout.write(`${lines.join('\n')}\n`);
    return 0;
  },
};

/** A JSON object with a tool is a call; anything else is a command. */
function callOf(text: string, tool: string | undefined): { readonly tool: string; readonly arguments: unknown } {
  if (text.trimStart().startsWith('{') && text.includes('"tool"')) {
    const call = parsed(text);
    if (typeof call === 'object' && call !== null && 'tool' in call && typeof call.tool === 'string')
      return { tool: tool ?? call.tool, arguments: 'arguments' in call ? call.arguments : {} };
    throw new UsageError('a JSON call looks like {"tool": "NAME", "arguments": {…}}.');
  }
  return { tool: tool ?? 'bash', arguments: { command: text } };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function stdin(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8').trimEnd();
}
