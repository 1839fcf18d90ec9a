import type { ClusterConfig, RunningRole } from '@haltwire/cluster';
import { clusterFlags, clusterFlagsHelp, readConfig } from './cluster-config.ts';
import { type Command, readFlags, UsageError } from './command.ts';

/** A role as a command of its own. */
export interface RoleCommand<Settings extends ClusterConfig> {
  readonly name: string;
  /** One line for the overview. */
  readonly summary: string;
  /** What it does and what it needs, for --help: whole lines. */
  readonly about: string;
  /** Loads the role's code: only when the command runs. */
  readonly load: () => Promise<{
    /** Reads the settings. May throw `HALTWIRE_CONFIG`. */
    readonly configure: (file: string | undefined) => Settings;
    /** Starts the role; gives up when the signal fires. */
    readonly start: (config: Settings, options: { signal: AbortSignal }) => Promise<RunningRole>;
  }>;
}

/**
 * Makes the command that runs a role until it is asked to end.
 *
 * @example
 * export const collector = createRoleCommand({ name: 'collector', summary, about, load: async () => ({ configure, start }) });
 */
export function createRoleCommand<Settings extends ClusterConfig>({
  name,
  summary,
  about,
  load,
}: RoleCommand<Settings>): Command {
  return {
    name,
    summary,
    help: `Usage: haltwire ${name} [--config FILE] [--json]

${about}
Answers /healthz, /readyz and /metrics. SIGTERM ends it in good order, a second signal at once. The log goes to stderr,
one JSON line each.

${clusterFlagsHelp}
  --json             print one JSON line when it answers: {role, url}

Example:
  haltwire ${name} --config haltwire.yaml
`,
    async run(args) {
      const { values, positionals } = readFlags(args, { ...clusterFlags, json: { type: 'boolean', default: false } });
      if (positionals.length > 0) throw new UsageError(`${name} takes no "${positionals.join(' ')}".`);
      const [{ runRoleProcess }, { configure, start }] = await Promise.all([import('@haltwire/cluster'), load()]);
      const config = readConfig(() => configure(values.config));
      return runRoleProcess({
        shutdownSeconds: config.shutdownSeconds,
        start: (signal) => start(config, { signal }),
        onStarted: ({ url }) =>
          process.stdout.write(
            values.json ? `${JSON.stringify({ role: name, url })}\n` : `Haltwire's ${name} answers at ${url}\n`,
          ),
      });
    },
  };
}
