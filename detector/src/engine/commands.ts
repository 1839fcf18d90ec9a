import type { Command } from '@haltwire/schemas';
import { parseSessionKey, sessionKeyOf } from '@haltwire/schemas';
import { approveHold, denyHold } from './holds.ts';
import { killSession, releaseSession } from './kills.ts';
import { type SessionState, setCapped } from './state/session.ts';
import { COMMAND_CAP } from './state/tenant.ts';
import type { Turn } from './turn.ts';
import { endApproval, keepVerdict } from './verdicts.ts';

interface Result {
  ok: boolean;
  message: string;
}

/** Carries out what a person asked for, once. */
export function onCommand(turn: Turn, command: Command): void {
  const tenant = turn.store.tenant(command.tenantId);
  const before = tenant.commands.get(command.commandId);
  const result = before ?? carryOut(turn, command);
  if (before === undefined) setCapped(tenant.commands, command.commandId, result, COMMAND_CAP);
  turn.out.push({ type: 'command', commandId: command.commandId, replyTo: command.replyTo, ...result });
}

function carryOut(turn: Turn, command: Command): Result {
  const session = existing(turn, command);
  if (session === undefined) return { ok: false, message: 'There is no such session.' };
  switch (command.command) {
    case 'approve':
    case 'deny':
      return answerHold(turn, session, command);
    case 'kill':
      return kill(turn, session, command);
    case 'release':
      if (session.kill === undefined) return { ok: false, message: 'The session is not killed.' };
      releaseSession(turn, session, command.actor, command.reason);
      return { ok: true, message: 'Released.' };
    case 'verdict':
      return keepVerdict(turn, session, command);
    case 'end-approval':
      return endApproval(turn, session, command);
  }
}

function answerHold(
  turn: Turn,
  session: SessionState,
  command: Extract<Command, { command: 'approve' | 'deny' }>,
): Result {
  if (!session.holds.has(command.holdId)) {
    return {
      ok: false,
      message: 'This hold is no longer open: it was answered, has expired, or its session was killed.',
    };
  }
  if (command.command === 'approve') approveHold(turn, session, command.holdId, command.actor, command.reason);
  else denyHold(turn, session, command.holdId, command.actor, command.reason);
  return { ok: true, message: command.command === 'approve' ? 'Approved.' : 'Denied.' };
}

function kill(turn: Turn, session: SessionState, command: Command): Result {
  if (session.kill !== undefined) return { ok: false, message: 'The session is already killed.' };
  const killId = turn.id('kill');
  const title = `${command.actor.name} killed the session: ${command.reason}`;
  turn.decide(session, {
    cause: 'command',
    decision: 'kill',
    severity: 'high',
    title,
    killId,
    actor: command.actor.name,
  });
  killSession(turn, session, killId, command.actor.name, title);
  return { ok: true, message: 'Killed.' };
}

function existing(turn: Turn, command: Command): SessionState | undefined {
  const key = sessionKeyOf(command);
  return turn.store.sessions.has(key) && parseSessionKey(key) !== undefined ? turn.store.session(command) : undefined;
}
