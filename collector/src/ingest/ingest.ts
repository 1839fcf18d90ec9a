import {
  type AppendEntry,
  type EventSink,
  GENAI,
  HALTWIRE,
  HaltwireError,
  inputRecordSchema,
  type Observed,
  type Redactor,
  rootKeyOf,
  type TaskTokenVerifier,
  TOPIC,
} from '@haltwire/schemas';
import type { AgentPrincipal } from '../authenticate/authenticate.ts';
import type { Classifier } from '../classify/index.ts';
import type { Limits } from '../config.ts';
import type { Metrics } from '../metrics.ts';
import { normalise } from '../normalise/normalise.ts';
import type { Draft } from '../normalise/types.ts';
import type { Decoded, OtlpLog, OtlpSpan, Signal } from '../receive/otlp.ts';
import type { Encoding, Partial } from '../receive/respond.ts';
import { bodyOf, type DeadParts, deadLetterOf } from './dead-letter.ts';
import { eventOf } from './event.ts';

/** What the pipeline is made of. */
export interface IngestParts {
  readonly sink: EventSink;
  readonly taskTokens?: TaskTokenVerifier | undefined;
  readonly redactor: Redactor;
  readonly classifier: Classifier;
  readonly limits: Limits;
  readonly metrics: Metrics;
}

/** One decoded request of one authenticated agent. */
export interface Batch {
  readonly signal: Signal;
  readonly encoding: Encoding;
  readonly agent: AgentPrincipal;
  readonly records: readonly Decoded<OtlpLog | OtlpSpan>[];
}

/** Bytes that are worked on before other requests get a turn. */
const TURN_BYTES = 256 * 1024;
const NAMED_ERRORS = 3;

/**
 * Takes a request's records to the log: normalise, redact, classify, append. Resolves when everything that was not
 * rejected is durable, with the rejections; good records never wait for bad ones.
 *
 * @throws HaltwireError `HALTWIRE_UNAVAILABLE` when the log does not take them; then nothing may be acknowledged.
 */
export async function ingest(parts: IngestParts, batch: Batch): Promise<Partial | undefined> {
  const { metrics } = parts;
  const inputs: AppendEntry[] = [];
  const rejected: DeadParts[] = [];
  const key = rootKeyOf({ tenantId: batch.agent.tenantId, rootAgentId: batch.agent.agentId });
  metrics.recordsReceived(batch.records.length);
  let turn = 0;
  for (const decoded of batch.records) {
    const outcome = await work(parts, batch, decoded);
    if ('entry' in outcome) inputs.push({ key, value: outcome.entry });
    else if ('dead' in outcome) rejected.push(outcome.dead);
    turn += decoded.ok ? decoded.record.bytes : 1024;
    if (turn < TURN_BYTES) continue;
    turn = 0;
    await new Promise((resolve) => setImmediate(resolve));
  }
  const letters = rejected.slice(0, parts.limits.deadLettersPerRequest).map((dead) => ({
    key,
    value: JSON.stringify(deadLetterOf(dead, parts.redactor)),
  }));
  try {
    // The inputs first: a repeated input is known by its id, a repeated dead letter is not.
    if (inputs.length > 0) await parts.sink.append(TOPIC.inputs, inputs);
    if (letters.length > 0) await parts.sink.append(TOPIC.dead, letters);
  } catch (error) {
    metrics.recordsRejected('unavailable', inputs.length + rejected.length);
    throw new HaltwireError('HALTWIRE_UNAVAILABLE', 'the log does not take records now; send them again', {
      cause: error,
    });
  }
  metrics.recordsAccepted(inputs.length);
  for (const { reason } of rejected) metrics.recordsRejected(reason, 1);
  metrics.add('dead_letters.written', letters.length);
  metrics.add('dead_letters.left_out', rejected.length - letters.length);
  return rejected.length === 0 ? undefined : { rejected: rejected.length, errorMessage: messageOf(rejected) };
}

type Outcome = { readonly entry: string } | { readonly dead: DeadParts } | { readonly ignored: true };

async function work(parts: IngestParts, batch: Batch, decoded: Decoded<OtlpLog | OtlpSpan>): Promise<Outcome> {
  const { signal, agent } = batch;
  if (!decoded.ok)
    return { dead: { reason: 'unparsable', message: decoded.message, signal, agent, body: decoded.body } };
  const { record } = decoded;
  const normalised = normalise(record, parts.limits);
  if (normalised.kind === 'ignored') {
    parts.metrics.recordsIgnored(normalised.reason, 1);
    return { ignored: true };
  }
  if (normalised.kind === 'rejected') {
    const { reason, message } = normalised;
    return { dead: { reason, message, signal, agent, body: bodyOf(record) } };
  }
  const named = secretId(normalised.draft, parts.redactor);
  if (named !== undefined) {
    const message = `${named} holds what looks like a secret; use an id that is none`;
    return { dead: { reason: 'invalid-field', message, signal, agent, body: bodyOf(record) } };
  }
  const task = await verifiedTask(parts, agent, normalised.draft);
  const event = eventOf(normalised.draft, {
    agent,
    transport: `otlp/http+${batch.encoding}`,
    bytes: record.bytes,
    task,
    redactor: parts.redactor,
    classifier: parts.classifier,
    onClassifierFailure: () => parts.metrics.add('classifier.failed'),
  });
  const checked = inputRecordSchema.safeParse(event);
  if (checked.success) return { entry: JSON.stringify(event) };
  const field = checked.error.issues[0]?.path.join('.') ?? 'record';
  const message = `${field} is outside of the record's contract; see the schema input-record.v1`;
  return { dead: { reason: 'invalid-field', message, signal, agent, body: bodyOf(record) } };
}

/** Ids are kept and shown as they are, so a secret must not stand in one. Answers the attribute that does. */
function secretId(draft: Draft, redactor: Redactor): string | undefined {
  const ids = [
    [GENAI.conversationId, draft.sessionId],
    [HALTWIRE.producer, draft.producer],
    [GENAI.toolCallId, draft.type === 'call' ? draft.callId : undefined],
  ] as const;
  return ids.find(([, id]) => id !== undefined && redactor.text(id).secrets.length > 0)?.[0];
}

/** The task of a session's token. A token that does not hold is counted; the session then has a claimed task at most. */
async function verifiedTask(parts: IngestParts, agent: AgentPrincipal, draft: Draft): Promise<Observed['task']> {
  if (draft.type !== 'session' || draft.taskToken === undefined) return undefined;
  const grant = await parts.taskTokens?.verify(draft.taskToken, agent).catch(() => undefined);
  const isForAgent = grant?.tenantId === agent.tenantId && grant.agentId === agent.agentId;
  parts.metrics.add(isForAgent ? 'task_tokens.verified' : 'task_tokens.refused');
  return isForAgent ? { id: grant.taskId, tokenId: grant.tokenId } : undefined;
}

/** The first few different faults, in words. */
function messageOf(rejected: readonly DeadParts[]): string {
  const messages = [...new Set(rejected.map((dead) => dead.message))];
  const named = messages.slice(0, NAMED_ERRORS).join('; ');
  return messages.length > NAMED_ERRORS ? `${named}; and ${messages.length - NAMED_ERRORS} other faults` : named;
}
