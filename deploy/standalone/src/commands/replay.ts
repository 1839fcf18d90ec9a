import { basename } from 'node:path';
import { type Command, readFlags, UsageError } from '../cli/command.ts';
import { readPolicyFile } from '../policy/read-policy-file.ts';
import { openRecorded, recordedFlags, recordedFlagsHelp } from '../replay/open-recorded.ts';
import { readTime } from '../replay/time-flag.ts';

/** Columns without a terminal. */
const WIDTH = 120;

export const replay: Command = {
  name: 'replay',
  summary: 'run the engine over recorded inputs, under another policy, and show what would differ',
  help: `Usage: haltwire replay SOURCE [--policy FILE [--against FILE]] [options]
       haltwire replay SOURCE --export FILE

Shows what would have been alerted, held, denied and killed, beside what was. Nothing is changed and nothing is sent.
Without --policy the engine as it is now is compared with the decisions that the log holds.

Where the other policy stops a call that ran, the call counts as not run. People's recorded answers are kept for questions
that both ask; nobody answers new ones.

Sources, exactly one:
${recordedFlagsHelp}

  --policy FILE        judge by this policy, from the first record on; recorded imports are left out
  --against FILE       compare with this policy instead of the recorded ones
  --from, --to TIME    count only what was decided then (2026-04-12T10:00:00Z, or 2h, 7d ago); what is before --from is
                       replayed all the same, because the engine remembers it
  --agent ID           count only this agent
  --tenant ID          count only this tenant
  --limit N            differences that are shown; default 50
  --export FILE        write the recorded inputs of that time and agent as NDJSON instead, for --file; - = stdout
  --json               print JSON

Example:
  haltwire replay --data ./.haltwire --policy stricter.yaml --from 7d
`,
  async run(args) {
    const { values, positionals } = readFlags(args, {
      ...recordedFlags,
      policy: { type: 'string' },
      against: { type: 'string' },
      from: { type: 'string' },
      to: { type: 'string' },
      agent: { type: 'string' },
      tenant: { type: 'string' },
      limit: { type: 'string', default: '50' },
      export: { type: 'string' },
      json: { type: 'boolean', default: false },
    });
    if (positionals.length > 0) throw new UsageError(`replay takes no "${positionals.join(' ')}".`);
    if (values.against !== undefined && values.policy === undefined)
      throw new UsageError('--against needs --policy: the policy that is compared with it.');
    if (values.export !== undefined && values.policy !== undefined)
      throw new UsageError('--export writes the inputs as they are: leave --policy out.');
    if (!/^\d+$/.test(values.limit)) throw new UsageError(`--limit ${values.limit} is no number: give one such as 50.`);
    const range = {
      from: readTime('from', values.from),
      to: readTime('to', values.to),
      agentId: values.agent,
      tenantId: values.tenant,
    };
    const policies = {
      policy: values.policy === undefined ? undefined : await readPolicyFile(values.policy),
      against: values.against === undefined ? undefined : await readPolicyFile(values.against),
    };
    const log = await openRecorded(values, range);
    try {
      if (values.export !== undefined) {
        const { exportInputs } = await import('../replay/export-inputs.ts');
        const records = await exportInputs(log, range, values.export);
        process.stderr.write(`Wrote ${records} records of ${log.name}.\n`);
        return 0;
      }
      const [{ runReplay }, { reportLines }] = await Promise.all([
        import('../replay/run-replay.ts'),
        import('../replay/print.ts'),
      ]);
      const report = await runReplay(log, range, policies);
      if (values.json) {
        process.stdout.write(`${JSON.stringify({ source: log.name, ...report })}\n`);
        return 0;
      }
      const names = {
        was: values.against === undefined ? 'recorded' : basename(values.against),
        wouldBe: values.policy === undefined ? 'engine now' : basename(values.policy),
      };
      const width = process.stdout.columns || WIDTH;
      const lines = reportLines(report, { source: log.name, names, limit: Number(values.limit), width });
      process.stdout.write(`${lines.join('\n')}\n`);
      return 0;
    } finally {
      await log.close();
    }
  },
};
