import { type EventSink, type KillAcknowledged, rootKeyOf, type SessionRef, TOPIC } from '@haltwire/schemas';
import type { Logger } from '../logger.ts';

/** Writes down that a process says it has stopped. */
export function recordKillAcknowledged(
  sink: EventSink,
  logger: Logger,
  { tenantId, agentId, sessionId }: SessionRef,
  killId: string,
  inFlight: KillAcknowledged['inFlight'],
): void {
  const record: KillAcknowledged = {
    type: 'kill-acknowledged',
    v: 1,
    tenantId,
    agentId,
    sessionId,
    killId,
    attestedBy: 'sdk',
    inFlight,
  };
  const entry = { key: rootKeyOf({ tenantId, rootAgentId: agentId }), value: JSON.stringify(record) };
  sink.append(TOPIC.inputs, [entry]).catch(() => {
    // Unrecorded means unacknowledged: the engine raises its alert, which errs to the careful side.
    logger.warn('a kill acknowledgement could not be written to the log');
  });
}
