import { clusterFlags, clusterFlagsHelp, readConfig } from '../cli/cluster-config.ts';
import { type Command, readFlags, UsageError } from '../cli/command.ts';

export const topics: Command = {
  name: 'topics',
  summary: "cluster: create Kafka's topics, or check them",
  help: `Usage: haltwire topics ensure [--config FILE] [--json]

Creates the topics that are missing, and checks those that are there; changes nothing that exists. What differs is named
with its cure, and the exit code is 1. Run it once per deployment, as a Kafka user that may create topics.

${clusterFlagsHelp}
  --json             print {created, existing}

Example:
  haltwire topics ensure --config haltwire.yaml
`,
  async run(args) {
    const { values, positionals } = readFlags(args, { ...clusterFlags, json: { type: 'boolean', default: false } });
    const [action, ...rest] = positionals;
    if (action !== 'ensure' || rest.length > 0) {
      throw new UsageError(
        action === undefined
          ? 'topics needs a verb: use ensure.'
          : `topics ${positionals.join(' ')} is not known: use ensure.`,
      );
    }
    const [{ loadClusterConfig }, { ensureTopics }] = await Promise.all([
      import('@haltwire/cluster'),
      import('@haltwire/kafka'),
    ]);
    const { kafka } = readConfig(() => loadClusterConfig({ file: values.config }));
    const { created, existing } = await ensureTopics(kafka);
    if (values.json) {
      process.stdout.write(`${JSON.stringify({ created, existing })}\n`);
      return 0;
    }
    for (const name of created) process.stdout.write(`created  ${name}\n`);
    for (const name of existing) process.stdout.write(`exists   ${name}\n`);
    return 0;
  },
};
