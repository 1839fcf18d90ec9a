import { HaltwireError, policySchema } from '@haltwire/schemas';
import { z } from 'zod';
import { type ApiClient, createApiClient, readServerAccess, serverFlags, serverFlagsHelp } from '../cli/api-client.ts';
import { type Command, readFlags, UsageError } from '../cli/command.ts';

const mintedSchema = z.object({ token: z.string(), tokenId: z.string(), expiresAt: z.number() });

export const token: Command = {
  name: 'token',
  summary: 'sign a task token: which task an agent was given',
  help: `Usage: haltwire token --agent ID --task TASK [--ttl SECONDS]

Prints a token that an agent hands over when it starts a session. It proves the task; agents cannot make one.
Needs an admin's token.

  --agent ID         the agent that may use it
  --task TASK        a task of the policy
  --ttl SECONDS      how long a session may be started with it; default 3600
  --json             print JSON
${serverFlagsHelp}

Example:
  haltwire token --agent deploy-bot --task domain-records --ttl 900
`,
  async run(args) {
    const { values } = readFlags(args, {
      ...serverFlags,
      agent: { type: 'string' },
      task: { type: 'string' },
      ttl: { type: 'string', default: '3600' },
      json: { type: 'boolean' },
    });
    const { agent: agentId, task: taskId, ttl } = values;
    if (agentId === undefined) throw new UsageError('--agent is missing: give the id of the agent.');
    if (taskId === undefined) throw new UsageError('--task is missing: give the name of a task of the policy.');
    if (!/^[1-9]\d*$/.test(ttl))
      throw new UsageError(`--ttl ${ttl} is not a number of seconds: give one such as 3600.`);
    const api = createApiClient(readServerAccess(values));
    const minted = mintedSchema.parse(
      await api.request('POST', '/v1/task-tokens', { agentId, taskId, ttlSeconds: Number(ttl) }),
    );
    await warnOfUnknownTask(api, taskId);
    process.stdout.write(values.json ? `${JSON.stringify(minted)}\n` : `${minted.token}\n`);
    return 0;
  },
};

/** A task that nobody declared holds its session to nothing: most likely its name is misspelt. */
async function warnOfUnknownTask(api: ApiClient, taskId: string): Promise<void> {
  const { tasks } = await declared(api);
  if (tasks === undefined || Object.hasOwn(tasks, taskId)) return;
  const names = Object.keys(tasks);
  process.stderr.write(
    `warning: the server's policy has no task "${taskId}" (${names.length === 0 ? 'it declares none' : `declared: ${names.join(', ')}`}). A session with this token is held to no task.\n`,
  );
}

/** The server's policy; nothing where it cannot tell, since the token is good all the same. */
async function declared(api: ApiClient): Promise<Partial<z.infer<typeof policySchema>>> {
  try {
    return z.object({ policy: policySchema }).parse(await api.request('GET', '/v1/policy')).policy;
  } catch (error) {
    if (HaltwireError.isInstance(error)) return {};
    throw error;
  }
}
