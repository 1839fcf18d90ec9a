import { roles } from '@haltwire/schemas';
import { z } from 'zod';
import { createApiClient, readServerAccess, serverFlags, serverFlagsHelp } from '../cli/api-client.ts';
import { type Command, readFlags, UsageError } from '../cli/command.ts';
import { commandName } from '../cli/command-name.ts';

const keySchema = z.object({
  id: z.string(),
  kind: z.enum(['agent', 'person']),
  agentId: z.string().optional(),
  name: z.string().optional(),
  role: z.string().optional(),
  createdAt: z.number(),
  createdBy: z.string(),
});
const createdSchema = keySchema.extend({ secret: z.string() });

function requestOf(values: { agent?: string | undefined; person?: string | undefined; role?: string | undefined }) {
  const { agent, person, role } = values;
  if ((agent === undefined) === (person === undefined)) {
    throw new UsageError('keys create needs one of --agent ID and --person NAME.');
  }
  if (agent !== undefined) {
    if (role !== undefined) throw new UsageError('--role is for people: leave it out with --agent.');
    return { kind: 'agent', agentId: agent };
  }
  if (role === undefined) throw new UsageError('--person needs --role viewer, responder or admin.');
  if (!roles.some((known) => known === role)) {
    throw new UsageError(`--role ${role} is not known: use viewer, responder or admin.`);
  }
  return { kind: 'person', name: person, role };
}

export const keys: Command = {
  name: 'keys',
  summary: "create, list and revoke agents' keys and people's tokens",
  help: `Usage: haltwire keys create (--agent ID | --person NAME --role ROLE)
       haltwire keys list
       haltwire keys revoke ID

A key is shown once, when it is created; the server keeps only its hash. Needs an admin's token.

  --agent ID         key of the agent ID
  --person NAME      token of the person NAME
  --role ROLE        viewer (looks), responder (also approves, denies, kills, releases) or admin (also manages)
  --json             print JSON
${serverFlagsHelp}

Example:
  haltwire keys create --agent deploy-bot
`,
  async run(args) {
    const { values, positionals } = readFlags(args, {
      ...serverFlags,
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
      const body = requestOf(values);
      const api = createApiClient(readServerAccess(values));
      const created = createdSchema.parse(await api.request('POST', '/v1/keys', body));
      print(created, created.secret);
      if (!values.json) process.stderr.write(`${created.id} created. It is shown this once: keep it safe.\n`);
      return 0;
    }
    if (action === 'list') {
      const api = createApiClient(readServerAccess(values));
      const list = z.object({ keys: z.array(keySchema) }).parse(await api.request('GET', '/v1/keys')).keys;
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
      await createApiClient(readServerAccess(values)).request('DELETE', `/v1/keys/${encodeURIComponent(id)}`);
      print({ revoked: id }, `${id} revoked.`);
      return 0;
    }
    throw new UsageError(
      action === undefined
        ? 'keys needs a verb: use create, list or revoke.'
        : `keys ${action} is not known: use create, list or revoke.`,
    );
  },
};
