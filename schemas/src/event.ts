import { z } from 'zod';
import { credentialUseSchema, secretSeenSchema } from './credential.ts';
import { effectSchema, targetSchema } from './effect.ts';

/** Identifiers are short, printable and free of control characters; the log and the API show them as they are. */
export const idSchema = z
  .string()
  .min(1)
  .max(200)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what is refused
  .regex(/^[^\u0000-\u001f\u007f]+$/, 'an id holds no control characters');

/** A target that a resolver in the sdk read from ambient context (a linked project, a kubeconfig context). */
export const resolvedTargetSchema = z.object({
  resolver: z.string().max(64),
  system: z.string().max(64),
  environment: z.string().max(64).optional(),
  id: z.string().max(512).optional(),
  evidence: z.string().max(300),
});
export type ResolvedTarget = z.infer<typeof resolvedTargetSchema>;

/** The lease under which the sdk decided a call by itself. */
export const leaseRefSchema = z.object({ epoch: z.number().int().min(0), postureEpoch: z.number().int().min(0) });
export type LeaseRef = z.infer<typeof leaseRefSchema>;

/** Where the call stands in the sender's own tracing, so that both can be laid side by side. */
export const traceRefSchema = z.object({
  traceId: z.string().regex(/^[0-9a-f]{32}$/),
  spanId: z.string().regex(/^[0-9a-f]{16}$/),
  parentSpanId: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .optional(),
  /** The span's length by the sender's clock; only a span has one. */
  durationMs: z.number().min(0).optional(),
});
export type TraceRef = z.infer<typeof traceRefSchema>;

/**
 * What the session may do at present, as its harness says: `plan` and `read-only` = look, change nothing; `freeze` = no
 * changes; `stop` = the user said stop. Raises the tier only: `normal` is what a session is that says nothing.
 */
export const sessionModes = ['normal', 'plan', 'read-only', 'freeze', 'stop'] as const;
export const sessionModeSchema = z.enum(sessionModes);
export type SessionMode = z.infer<typeof sessionModeSchema>;

/**
 * What the sender says (sdk, hook, foreign span). The sender is the watched party: a claim may raise the tier of a
 * call, never lower it.
 */
export const claimedSchema = z.object({
  agentId: z.string().max(200).optional(),
  agentName: z.string().max(200).optional(),
  agentVersion: z.string().max(200).optional(),
  taskId: z.string().max(200).optional(),
  taskText: z.string().max(4000).optional(),
  environment: z.string().max(64).optional(),
  mode: sessionModeSchema.optional(),
  sessionNonce: z.string().max(64).optional(),
  tool: z
    .object({
      name: z.string().max(200),
      type: z.string().max(64).optional(),
      description: z.string().max(1000).optional(),
    })
    .optional(),
  /** Redacted; secrets stand as `hwsecret.<kind>.<fingerprint>`. */
  arguments: z.unknown().optional(),
  cwd: z.string().max(1024).optional(),
  targets: z.array(resolvedTargetSchema).max(16).optional(),
  credentials: z.array(credentialUseSchema).max(64).optional(),
  secretsSeen: z.array(secretSeenSchema).max(256).optional(),
  readOnly: z.boolean().optional(),
  lease: leaseRefSchema.optional(),
  digest: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  status: z.enum(['ok', 'error']).optional(),
  errorType: z.string().max(200).optional(),
  /** Redacted and cut to 8 KiB. */
  resultText: z.string().max(8192).optional(),
  reason: z.string().max(500).optional(),
  trace: traceRefSchema.optional(),
  /** The sender's clock, ms since epoch: a feature, never the engine's time. */
  time: z.number().optional(),
});
export type Claimed = z.infer<typeof claimedSchema>;

/** What the collector itself saw. Trusted. */
export const observedSchema = z.object({
  /** Id of the key that authenticated the sender. */
  keyId: z.string().max(64),
  transport: z.enum(['otlp/http+json', 'otlp/http+protobuf', 'gateway', 'api', 'engine']),
  /** Size of the record as received, bytes. */
  bytes: z.number().int().min(0),
  /** Task of a verified task token. */
  task: z.object({ id: idSchema, tokenId: z.string().max(64) }).optional(),
  /** Arguments or result were cut at a size cap: the classifier saw less than was sent. */
  truncated: z.boolean().optional(),
});
export type Observed = z.infer<typeof observedSchema>;

/** How a call ended, as the collector reads the result. */
export const outcomeSchema = z.object({
  status: z.enum(['ok', 'error']),
  /** `authorization` = refused for lack of the right credential. */
  class: z.enum(['none', 'authorization', 'not-found', 'conflict', 'rate-limit', 'timeout', 'other']),
  evidence: z.string().max(300).optional(),
});
export type Outcome = z.infer<typeof outcomeSchema>;

/** What the collector's classifier derives. Trusted. */
export const derivedSchema = z.object({
  effects: z.array(effectSchema),
  /** Index into `effects` of the one with the highest impact, -1 when there is none. */
  worst: z.number().int().min(-1),
  /** Every effect is a read, list or search with full confidence and no secret-bearing target. */
  readOnly: z.boolean(),
  credentials: z.array(credentialUseSchema),
  secretsSeen: z.array(secretSeenSchema),
  /** The call looks for secrets, or reads what is made to hold them. */
  secretHunt: z.object({ evidence: z.string().max(300) }).optional(),
  outcome: outcomeSchema.optional(),
  /** Something could not be parsed: says what. Raises the tier. */
  opaque: z.string().max(300).optional(),
});
export type Derived = z.infer<typeof derivedSchema>;

export const phaseSchema = z.enum(['intent', 'started', 'abandoned', 'result']);
export type Phase = z.infer<typeof phaseSchema>;

/** Which witness reported the event. */
export const originSchema = z.enum(['sdk', 'span', 'hook', 'log']);
export type Origin = z.infer<typeof originSchema>;

/** Who the event is about. `agentId` is the authenticated agent, whatever the sender claims. */
const subject = {
  v: z.literal(1),
  eventId: idSchema,
  tenantId: idSchema,
  agentId: idSchema,
  /** Root of the session tree: the log's key. */
  rootAgentId: idSchema,
  sessionId: idSchema,
  origin: originSchema,
  /** Process that numbered the event; with `seq`, its place in the session. */
  producer: idSchema.optional(),
  seq: z.number().int().min(0).optional(),
};

/** One phase of one tool call, as one witness saw it. */
export const callEventSchema = z.object({
  type: z.literal('call'),
  ...subject,
  phase: phaseSchema,
  callId: idSchema,
  claimed: claimedSchema,
  observed: observedSchema,
  derived: derivedSchema,
});
export type CallEvent = z.infer<typeof callEventSchema>;

/** A session begins, says what it may do from now on (`changed`), or ends. */
export const sessionEventSchema = z.object({
  type: z.literal('session'),
  ...subject,
  phase: z.enum(['started', 'changed', 'ended']),
  claimed: claimedSchema,
  observed: observedSchema,
});
export type SessionEvent = z.infer<typeof sessionEventSchema>;

export { targetSchema };
