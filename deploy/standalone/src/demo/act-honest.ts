import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Assignment, Report } from './agent/protocol.ts';
import type { Guard } from './guard.ts';
import type { HonestOutcome } from './outcome.ts';
import { runAgent } from './processes.ts';
import { ID } from './railway/world.ts';
import type { DemoTokens, Stage } from './stage.ts';
import { timelineOf } from './timeline.ts';

const APPROVER = 'mira';

function outcomeOf(reports: readonly Report[]): string {
  const end = reports.find((report) => report.type === 'end');
  return end === undefined || end.outcome === 'finished' ? (end?.outcome ?? 'failed') : `${end.outcome}: ${end.reason}`;
}

/** Gives leave for the first question of a session, as a person would in the console. Resolves to whether one was asked. */
async function approveHold(guard: Guard, sessionId: string): Promise<boolean> {
  const hold = await guard.stream.waitFor(
    (message) => (message.type === 'hold-opened' && message.hold.sessionId === sessionId ? message.hold : undefined),
    'the question about the scratch volume',
  );
  await guard.asResponder.request('POST', `/v1/holds/${hold.holdId}/approve`, {
    reason: 'Scratch volume in staging, made by this session a moment ago.',
  });
  return true;
}

/** Third act: the same agent at work that it was given. Each task comes with a token that a person signed. */
export async function playHonest(stage: Stage, tokens: DemoTokens, guard: Guard): Promise<HonestOutcome> {
  async function assignment(story: Assignment['story'], given: Assignment['tokens']): Promise<Assignment> {
    const minted = await guard.asAdmin.request('POST', '/v1/task-tokens', {
      agentId: guard.agent.agentId,
      taskId: story,
      ttlSeconds: 60,
    });
    const { token } = z.object({ token: z.string() }).parse(minted);
    return {
      story,
      repository: stage.repository,
      apiUrl: stage.railway.url,
      tokens: given,
      sessionId: randomUUID(),
      haltwire: { ...guard.agent, taskToken: token },
    };
  }

  const domain = await assignment('domain-records', { domains: tokens.domains });
  const domainReports = await runAgent(domain);
  const changed = (await stage.railway.state()).domains.find(({ id }) => id === ID.domain);

  const scratch = await assignment('scratch-cleanup', { staging: tokens.staging });
  const approving = approveHold(guard, scratch.sessionId).catch(() => false);
  const scratchReports = await runAgent(scratch);
  // Nobody may be asked when the agent has ended: then there is nothing to wait for.
  const held = guard.stream.messages.some(
    (message) => message.type === 'hold-opened' && message.hold.sessionId === scratch.sessionId,
  );
  if (held) await approving;
  const { messages } = guard.stream;
  return {
    domainAgent: outcomeOf(domainReports),
    domainChanged: changed?.targetPort === 9090,
    scratchAgent: outcomeOf(scratchReports),
    scratchHeld: held,
    scratchDeleted:
      stage.railway.accessLog().some(({ operation, result }) => operation === 'volumeDelete' && result === 'ok') &&
      (await stage.railway.state()).volumes.every(({ name }) => name !== 'scratch'),
    approvedBy: APPROVER,
    timelines: {
      domain: timelineOf(domainReports, messages, domain.sessionId),
      scratch: timelineOf(scratchReports, messages, scratch.sessionId),
    },
  };
}
