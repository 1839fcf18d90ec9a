import { z } from 'zod';
import { createApiClient, readServerAccess, serverFlags, serverFlagsHelp } from '../cli/api-client.ts';
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
    process.stdout.write(values.json ? `${JSON.stringify(minted)}\n` : `${minted.token}\n`);
    return 0;
  },
};
