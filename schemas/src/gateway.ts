import { z } from 'zod';
import { postureSchema } from './decision.ts';
import { idSchema } from './event.ts';

/** Version of the agent's WebSocket protocol, sent in `hello`. */
export const GATEWAY_PROTOCOL = 1;

/** Agents connect here, with `Authorization: Bearer <agent key>`. */
export const AGENT_SOCKET_PATH = '/v1/agent';

/**
 * What an agent's process sends.
 *
 * `hello` names the session; one socket carries any number of sessions of its agent. `renew` asks for a lease; the sdk
 * counts the lease from the moment it *sent* the request, on a monotonic clock, so a slow answer can only shorten it.
 */
export const agentMessageSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('hello'),
    protocol: z.number().int(),
    sessionId: idSchema,
    sdkVersion: z.string().max(64).optional(),
  }),
  z.object({ type: z.literal('renew'), sessionId: idSchema, n: z.number().int().min(0) }),
  z.object({
    type: z.literal('kill-acknowledged'),
    sessionId: idSchema,
    killId: idSchema,
    inFlight: z.enum(['none', 'aborted', 'unknown']),
  }),
  z.object({ type: z.literal('goodbye'), sessionId: idSchema }),
]);
export type AgentMessage = z.infer<typeof agentMessageSchema>;

export const verdictSchema = z.object({
  type: z.literal('verdict'),
  sessionId: idSchema,
  callId: idSchema,
  /** The call that was judged; any other must not run. */
  digest: z.string(),
  decision: z.enum(['allow', 'hold', 'deny']),
  decisionId: idSchema,
  /** Detector's epoch; the sdk refuses one lower than the highest it has seen. */
  epoch: z.number().int().min(0),
  postureEpoch: z.number().int().min(0),
  /** An allow must be used within this many ms of its arrival; a hold is answered within it. */
  deadlineMs: z.number().int().min(0),
  holdId: idSchema.optional(),
  /** For people and for the model: what was wrong and what would be right. */
  reason: z.string().max(2000),
});
export type Verdict = z.infer<typeof verdictSchema>;

/**
 * What the gateway sends. For one session messages arrive in the order in which the engine decided them. After a
 * (re)connect the gateway repeats every open verdict and an unreleased kill, under the current epoch.
 */
export const gatewayMessageSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('welcome'),
    sessionId: idSchema,
    epoch: z.number().int().min(0),
    postureEpoch: z.number().int().min(0),
    posture: postureSchema,
    /** Tools that the registry pins as read-only. */
    readOnlyTools: z.array(z.string()),
  }),
  z.object({
    type: z.literal('lease'),
    sessionId: idSchema,
    n: z.number().int().min(0),
    epoch: z.number().int().min(0),
    postureEpoch: z.number().int().min(0),
    posture: postureSchema,
    /** Counted from when the sdk sent `renew` n. */
    ttlMs: z.number().int().min(1),
  }),
  z.object({
    type: z.literal('posture'),
    sessionId: idSchema,
    epoch: z.number().int().min(0),
    postureEpoch: z.number().int().min(0),
    posture: postureSchema,
  }),
  verdictSchema,
  z.object({
    type: z.literal('kill'),
    sessionId: idSchema,
    killId: idSchema,
    epoch: z.number().int().min(0),
    postureEpoch: z.number().int().min(0),
    reason: z.string().max(2000),
  }),
  z.object({
    type: z.literal('release'),
    sessionId: idSchema,
    killId: idSchema,
    epoch: z.number().int().min(0),
    postureEpoch: z.number().int().min(0),
  }),
  z.object({
    type: z.literal('error'),
    code: z.string().max(64),
    message: z.string().max(1000),
    sessionId: idSchema.optional(),
  }),
]);
export type GatewayMessage = z.infer<typeof gatewayMessageSchema>;
