import { roles } from '@haltwire/schemas';
import type { KeyRequest } from '@haltwire/server';
import { serverFlags, serverFlagsHelp } from '../cli/api-client.ts';
import { clusterFlags } from '../cli/cluster-config.ts';
import { type Command, readFlags, UsageError } from '../cli/command.ts';
import { commandName } from '../cli/command-name.ts';
import { openKeyAccess } from '../cli/key-access.ts';

function requestOf(values: {
  agent?: string | undefined;
  person?: string | undefined;
  role?: string | undefined;
}): KeyRequest {
  const { agent, person, role } = values;
  if ((agent === undefined) === (person === undefined)) {
    throw new UsageError('keys create needs one of --agent ID and --person NAME.');
  }
  if (agent !== undefined) {
    if (role !== undefined) throw new UsageError('--role is for people: leave it out with --agent.');
    return { kind: 'agent', agentId: agent };
  }
  if (role === undefined) throw new UsageError('--person needs --role viewer, responder or admin.');
  const known = roles.find((name) => name === role);
  if (known === undefined) throw new UsageError(`--role ${role} is not known: use viewer, responder or admin.`);
  return { kind: 'person', name: person ?? '', role: known };
}

export const keys: Command = {
  name: 'keys',
  summary: "create, list and revoke agents' keys and people's tokens",
  help: `Usage: haltwire keys create (--agent ID | --person NAME --role ROLE)
       haltwire keys list
       haltwire keys revoke ID

A key is shown once, when it is created; the server keeps only its hash. Needs an admin's token; with --config, the
right to write to Kafka instead: that is how a cluster gets its first admin.

  --agent ID         key of the agent ID
  --person NAME      token of the person NAME
  --role ROLE        viewer (looks), responder (also approves, denies, kills, releases) or admin (also manages)
  --json             print JSON
${serverFlagsHelp}
  --config FILE      the keys of a cluster, straight on Kafka: settings as of "haltwire collector"

Examples:
  haltwire keys create --agent deploy-bot
  haltwire keys create --person mira --role admin --config haltwire.yaml
`,
  async run(args) {
    const { values, positionals } = readFlags(args, {
      ...serverFlags,
      ...clusterFlags,
      agent: { type: 'string' },
      person: { type: 'string' },
      role: { type: 'string' },
      json: { type: 'boolean' },
    });
    const [action, id, ...rest] = positionals;
    if (rest.length > 0) throw new UsageError(`keys ${action} does not take "${rest.join(' ')}".`);
    const print = (value: unknown, text: string) =>
      process.stdout.write(values.json ? `${JSON.stringify(value)}\n` : `${text}\n`);

    if (action === 'create') {
      const request = requestOf(values);
      const access = await openKeyAccess(values);
      const created = await access.create(request);
      print(created, created.secret);
      if (access.note !== undefined && !values.json) process.stderr.write(`${access.note}\n`);
      if (!values.json) process.stderr.write(`${created.id} created. It is shown this once: keep it safe.\n`);
      return 0;
    }
    if (action === 'list') {
      const list = await (await openKeyAccess(values)).list();
      const lines = list.map((key) =>
        [
          key.id.padEnd(20),
          key.kind.padEnd(7),
          (key.agentId ?? `${key.name} (${key.role})`).padEnd(28),
          new Date(key.createdAt).toISOString().slice(0, 16).replace('T', ' '),
          `by ${key.createdBy}`,
        ].join('  '),
      );
      print(list, lines.join('\n'));
      return 0;
    }
    if (action === 'revoke') {
      if (id === undefined) throw new UsageError(`keys revoke needs an ID; see them with: ${commandName()} keys list`);
      const access = await openKeyAccess(values);
      await access.revoke(id);
      print({ revoked: id }, `${id} revoked.`);
      if (access.note !== undefined && !values.json) process.stderr.write(`${access.note}\n`);
      return 0;
    }
    throw new UsageError(
      action === undefined
        ? 'keys needs a verb: use create, list or revoke.'
        : `keys ${action} is not known: use create, list or revoke.`,
    );
  },
};
