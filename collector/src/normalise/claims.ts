import {
  type Claimed,
  credentialUseSchema,
  GENAI,
  HALTWIRE,
  OTEL,
  resolvedTargetSchema,
  type SessionMode,
  secretSeenSchema,
  sessionModeSchema,
  sessionModes,
} from '@haltwire/schemas';
import type { OtlpLog, OtlpSpan } from '../receive/otlp.ts';
import { cutText, type Fields, parseJson, wrong } from './fields.ts';
import type { NormaliseOptions } from './types.ts';

/** Removes members that are undefined, which optional members of the contracts may not be. */
export function compact<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}

/** The claims that every event may carry. */
export function commonClaims(fields: Fields, time: number | undefined): Claimed {
  return compact({
    agentName: fields.text(GENAI.agentName, 200),
    agentVersion: fields.text(GENAI.agentVersion, 200),
    environment: fields.text(HALTWIRE.environment, 64),
    mode: modeOf(fields),
    reason: fields.text(HALTWIRE.reason, 500),
    time,
  });
}

/** The claims of a Haltwire call event, or of an `execute_tool` span that our sdk made. */
export function callClaims(fields: Fields, options: NormaliseOptions): Claimed {
  return compact({
    tool: toolOf(fields),
    arguments: argumentsOf(fields, options.argumentChars),
    cwd: fields.text(HALTWIRE.cwd, 1024),
    targets: fields.list(HALTWIRE.targets, resolvedTargetSchema, 16),
    credentials: fields.list(HALTWIRE.credentials, credentialUseSchema, 64),
    secretsSeen: fields.list(HALTWIRE.secretsSeen, secretSeenSchema, 256),
    readOnly: fields.flag(HALTWIRE.readOnly),
    lease: leaseOf(fields),
    digest: digestOf(fields),
    errorType: fields.text(OTEL.errorType, 200),
    resultText: resultOf(fields, options.resultChars),
  });
}

/** Where the record stands in the sender's own tracing, when it says so whole. */
export function traceClaims(record: OtlpLog | OtlpSpan): Pick<Claimed, 'trace'> {
  const { traceId, spanId } = record;
  if (traceId === undefined || spanId === undefined) return {};
  const { parentSpanId, durationMs } = record.signal === 'traces' ? record : {};
  return { trace: compact({ traceId, spanId, parentSpanId, durationMs }) };
}

export function toolOf(fields: Fields): Claimed['tool'] {
  const name = fields.text(GENAI.toolName, 200);
  if (name === undefined) return undefined;
  return compact({
    name,
    type: fields.text(GENAI.toolType, 64),
    description: fields.text(GENAI.toolDescription, 1000),
  });
}

/** A JSON string, a bare string (some emitters drop the argument's name), or a kvlist. */
function argumentsOf(fields: Fields, most: number): unknown {
  const value = fields.raw(GENAI.toolCallArguments);
  if (value === undefined) return undefined;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (text.length > most) {
    fields.cut();
    return cutText(text, most);
  }
  return typeof value === 'string' ? (parseJson(value) ?? value) : value;
}

function resultOf(fields: Fields, most: number): string | undefined {
  const value = fields.raw(GENAI.toolCallResult);
  if (value === undefined) return undefined;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (text.length > most) fields.cut();
  return cutText(text, most);
}

function modeOf(fields: Fields): SessionMode | undefined {
  const text = fields.text(HALTWIRE.mode, 16);
  if (text === undefined) return undefined;
  const { data } = sessionModeSchema.safeParse(text);
  if (data === undefined) throw wrong(HALTWIRE.mode, `one of ${sessionModes.join(', ')}`);
  return data;
}

function leaseOf(fields: Fields): Claimed['lease'] {
  const text = fields.text(HALTWIRE.lease, 64);
  if (text === undefined) return undefined;
  const [, epoch, postureEpoch] = /^([0-9]{1,15})\/([0-9]{1,15})$/.exec(text) ?? [];
  if (epoch === undefined || postureEpoch === undefined)
    throw wrong(HALTWIRE.lease, 'epoch/postureEpoch, two integers');
  return { epoch: Number(epoch), postureEpoch: Number(postureEpoch) };
}

function digestOf(fields: Fields): string | undefined {
  const text = fields.text(HALTWIRE.digest, 65);
  if (text !== undefined && !/^[0-9a-f]{64}$/.test(text)) throw wrong(HALTWIRE.digest, '64 lower-case hex digits');
  return text;
}
