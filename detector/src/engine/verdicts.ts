import type { Command } from '@haltwire/schemas';
import { AGENT_CAPS } from './state/agent.ts';
import { MEMORY_CAPS } from './state/memory.ts';
import { pushCapped, type SessionState, setCapped } from './state/session.ts';
import type { Turn } from './turn.ts';

const DAY_MS = 86_400_000;

type VerdictCommand = Extract<Command, { command: 'verdict' }>;

/**
 * Keeps an analyst's word on a case: a label for calibration, and with `expected` and a scope, a standing approval of this
 * agent's acts. Answers what was done, or why not.
 */
export function keepVerdict(
  turn: Turn,
  session: SessionState,
  command: VerdictCommand,
): { ok: boolean; message: string } {
  const { verdict, decisionId, standing, actor, reason } = command;
  if (session.case === undefined)
    return { ok: false, message: 'The session has no case: nothing was decided above allow.' };
  if (standing !== undefined && verdict !== 'expected')
    return { ok: false, message: 'Only what is expected can be approved from now on.' };
  const approvalId = standing === undefined ? undefined : turn.id('apr');
  if (standing !== undefined && approvalId !== undefined) {
    const agent = turn.store.agent(session.tenantId, session.agentId);
    agent.approvals ??= new Map();
    const expiresAt = turn.now + standing.days * DAY_MS;
    setCapped(
      agent.approvals,
      approvalId,
      { scope: standing.scope, expiresAt, by: actor.name, reason: reason.slice(0, 1000) },
      AGENT_CAPS.approvals,
    );
  }
  session.case.verdicts ??= [];
  pushCapped(
    session.case.verdicts,
    {
      verdict,
      by: actor.name,
      reason,
      at: turn.now,
      ...(decisionId === undefined ? {} : { decisionId }),
      ...(approvalId === undefined ? {} : { approvalId }),
    },
    MEMORY_CAPS.verdicts,
  );
  const lasting =
    standing === undefined ? '' : ` Such acts pass for ${standing.days} day${standing.days === 1 ? '' : 's'}.`;
  turn.decide(session, {
    cause: 'command',
    decision: 'allow',
    severity: 'info',
    title: `${actor.name} says of ${decisionId ?? 'the case'}: ${verdict}. ${reason}${lasting}`,
    actor: actor.name,
  });
  turn.out.push({ type: 'session', sessionKey: session.key });
  return { ok: true, message: approvalId === undefined ? 'Kept.' : `Kept; the standing approval is ${approvalId}.` };
}

/** Ends a standing approval before its time. */
export function endApproval(
  turn: Turn,
  session: SessionState,
  command: Extract<Command, { command: 'end-approval' }>,
): { ok: boolean; message: string } {
  const { approvals } = turn.store.agent(session.tenantId, session.agentId);
  if (approvals?.delete(command.approvalId) !== true)
    return { ok: false, message: 'There is no such standing approval of this agent.' };
  turn.decide(session, {
    cause: 'command',
    decision: 'allow',
    severity: 'info',
    title: `${command.actor.name} ended the standing approval ${command.approvalId}: ${command.reason}`,
    actor: command.actor.name,
  });
  return { ok: true, message: 'Ended.' };
}
