import { type DeadLetter, type DeadReason, HALTWIRE, type Redactor } from '@haltwire/schemas';
import type { AgentPrincipal } from '../authenticate/authenticate.ts';
import { cutText } from '../normalise/fields.ts';
import type { OtlpLog, OtlpSpan, Signal } from '../receive/otlp.ts';

const KEPT_BODY = 4096;
/** Redaction needs to see past the cut, so that half a secret does not remain before it. */
const READ_BODY = 16_384;

/** What a dead letter is made of. */
export interface DeadParts {
  readonly reason: DeadReason;
  readonly message: string;
  readonly signal: Signal;
  readonly agent: AgentPrincipal;
  /** Not yet redacted. */
  readonly body: string;
}

/** The dead letter of something that could not be normalised: redacted, then cut. */
export function deadLetterOf(parts: DeadParts, redactor: Redactor): DeadLetter {
  const body = redactor.text(parts.body.slice(0, READ_BODY)).value;
  return {
    type: 'dead-letter',
    v: 1,
    reason: parts.reason,
    message: cutText(redactor.text(parts.message).value.toWellFormed(), 1000),
    source: `otlp/v1/${parts.signal}`,
    tenantId: parts.agent.tenantId,
    agentId: parts.agent.agentId,
    body: cutText(body.toWellFormed(), KEPT_BODY),
  };
}

/** A decoded record as text for its dead letter; a task token, which is a secret of no known shape, is left out. */
export function bodyOf(record: OtlpLog | OtlpSpan): string {
  const members: Record<string, unknown> = Object.fromEntries(record.attributes);
  if (HALTWIRE.taskToken in members) members[HALTWIRE.taskToken] = '[removed]';
  for (const [name, value] of Object.entries(members)) {
    // One long member would hide the others behind the cut.
    if (typeof value === 'string' && value.length > 2048) members[name] = value.slice(0, 2048);
  }
  return JSON.stringify({ name: record.signal === 'logs' ? record.eventName : record.name, attributes: members });
}
