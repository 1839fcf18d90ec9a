import { z } from 'zod';
import { callEventSchema, idSchema, sessionEventSchema } from './event.ts';
import { approvalScopeSchema, policySchema } from './policy.ts';

/** A person, as authenticated. An agent's key never becomes one. */
export const actorSchema = z.object({ kind: z.literal('person'), name: idSchema, tokenId: z.string().max(64) });
export type Actor = z.infer<typeof actorSchema>;

const commandBase = {
  type: z.literal('command'),
  v: z.literal(1),
  /** Chosen by the sender of the command; a repeat is answered as before, not done twice. */
  commandId: idSchema,
  tenantId: idSchema,
  actor: actorSchema,
  reason: z.string().min(1).max(2000),
  /** Gateway whose caller waits for the answer, when that is not the partition's owner. */
  replyTo: idSchema.optional(),
};
const sessionRef = { agentId: idSchema, sessionId: idSchema };

/**
 * What an analyst says of a case: `right` = it was what it looked like; `wrong` = a false alarm; `expected` = true, but as
 * it should be.
 */
export const analystVerdictSchema = z.enum(['right', 'wrong', 'expected']);
export type AnalystVerdict = z.infer<typeof analystVerdictSchema>;

/** Acts of one agent that pass without a question for so many days. */
export const standingSchema = z.object({ scope: approvalScopeSchema, days: z.number().int().min(1).max(365) });
export type StandingRequest = z.infer<typeof standingSchema>;

/** What people do. Each is durable before it acts. */
export const commandSchema = z.discriminatedUnion('command', [
  z.object({ ...commandBase, command: z.literal('approve'), ...sessionRef, holdId: idSchema }),
  z.object({ ...commandBase, command: z.literal('deny'), ...sessionRef, holdId: idSchema }),
  z.object({ ...commandBase, command: z.literal('kill'), ...sessionRef }),
  z.object({ ...commandBase, command: z.literal('release'), ...sessionRef }),
  z.object({
    ...commandBase,
    command: z.literal('verdict'),
    ...sessionRef,
    /** The decision spoken of; absent = the session's whole case. */
    decisionId: idSchema.optional(),
    verdict: analystVerdictSchema,
    /** Only with `expected`: acts of this agent that pass without a question from now on, for a while. */
    standing: standingSchema.optional(),
  }),
  z.object({ ...commandBase, command: z.literal('end-approval'), ...sessionRef, approvalId: idSchema }),
]);
export type Command = z.infer<typeof commandSchema>;

/** The watched process says that it stopped. Its own word: `attestedBy` tells what it is worth. */
export const killAcknowledgedSchema = z.object({
  type: z.literal('kill-acknowledged'),
  v: z.literal(1),
  tenantId: idSchema,
  ...sessionRef,
  killId: idSchema,
  attestedBy: z.enum(['sdk', 'supervisor', 'provider']),
  inFlight: z.enum(['none', 'aborted', 'unknown']),
});
export type KillAcknowledged = z.infer<typeof killAcknowledgedSchema>;

/** A new version of the registry: a barrier, in every partition. */
export const policyRecordSchema = z.object({
  type: z.literal('policy'),
  v: z.literal(1),
  tenantId: idSchema,
  /** SHA-256 of the policy's canonical JSON. */
  policyHash: z.string().regex(/^[0-9a-f]{64}$/),
  actor: actorSchema,
  policy: policySchema,
});
export type PolicyRecord = z.infer<typeof policyRecordSchema>;

/** Lets log time pass while a timer is open and nothing else arrives. */
export const tickSchema = z.object({ type: z.literal('tick'), v: z.literal(1) });
export type Tick = z.infer<typeof tickSchema>;

/** A detector takes the partition. Its epoch is the record's offset; older owners stop. */
export const claimSchema = z.object({
  type: z.literal('claim'),
  v: z.literal(1),
  owner: idSchema,
  /** How many partitions share a tenant's caps. Default 1. */
  partitions: z.number().int().min(1).optional(),
});
export type Claim = z.infer<typeof claimSchema>;

/** A gateway has a socket of this session: answers go there from now on. The newest one counts. */
export const attachedSchema = z.object({
  type: z.literal('attached'),
  v: z.literal(1),
  tenantId: idSchema,
  ...sessionRef,
  gateway: idSchema,
});
export type Attached = z.infer<typeof attachedSchema>;

/**
 * A gateway asks whether the partition is owned and followed. The owner answers when it reads the question, so the answer
 * proves that everything before it was judged.
 */
export const probeSchema = z.object({
  type: z.literal('probe'),
  v: z.literal(1),
  gateway: idSchema,
  n: z.number().int().min(0),
});
export type Probe = z.infer<typeof probeSchema>;

/** Everything that `agent.inputs` may hold. */
export const inputRecordSchema = z.discriminatedUnion('type', [
  callEventSchema,
  sessionEventSchema,
  commandSchema,
  killAcknowledgedSchema,
  policyRecordSchema,
  tickSchema,
  claimSchema,
  attachedSchema,
  probeSchema,
]);
export type InputRecord = z.infer<typeof inputRecordSchema>;

/** Why a record went to `agent.inputs.dead`. */
export const deadReasons = [
  'unparsable',
  'invalid-field',
  'missing-field',
  'unsupported',
  'too-large',
  'unknown-record',
] as const;
export const deadLetterSchema = z.object({
  type: z.literal('dead-letter'),
  v: z.literal(1),
  reason: z.enum(deadReasons),
  /** Field that was wrong and what would be right, in words. */
  message: z.string().max(1000),
  /** `otlp/v1/logs`, `otlp/v1/traces` or `agent.inputs`. */
  source: z.string().max(64),
  tenantId: z.string().max(200).optional(),
  agentId: z.string().max(200).optional(),
  /** Redacted and cut to 4 KiB. */
  body: z.string().max(4096),
});
export type DeadLetter = z.infer<typeof deadLetterSchema>;
export type DeadReason = (typeof deadReasons)[number];
