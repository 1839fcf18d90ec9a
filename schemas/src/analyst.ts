import { z } from 'zod';
import { decisionSchema, findingSchema, postureSchema } from './decision.ts';
import { idSchema, phaseSchema, sessionModeSchema } from './event.ts';
import { analystVerdictSchema } from './record.ts';

/** Analysts connect here, with `Authorization: Bearer <person's token>`. */
export const ANALYST_SOCKET_PATH = '/v1/analyst';

/** An open question to people. */
export const holdViewSchema = z.object({
  holdId: idSchema,
  sessionKey: z.string(),
  tenantId: idSchema,
  agentId: idSchema,
  sessionId: idSchema,
  callId: idSchema,
  decisionId: idSchema,
  title: z.string(),
  /** Redacted: what exactly would run. */
  shown: z.string(),
  shownHash: z.string(),
  digest: z.string(),
  impact: z.number(),
  findings: z.array(findingSchema),
  /** Log time, ms since epoch. */
  openedAt: z.number(),
  expiresAt: z.number(),
});
export type HoldView = z.infer<typeof holdViewSchema>;

export const killViewSchema = z.object({
  killId: idSchema,
  at: z.number(),
  by: z.string(),
  reason: z.string(),
  acknowledged: z
    .object({
      at: z.number(),
      attestedBy: z.enum(['sdk', 'supervisor', 'provider']),
      inFlight: z.enum(['none', 'aborted', 'unknown']),
    })
    .optional(),
});
export type KillView = z.infer<typeof killViewSchema>;

export const sessionViewSchema = z.object({
  sessionKey: z.string(),
  caseId: idSchema,
  tenantId: idSchema,
  agentId: idSchema,
  sessionId: idSchema,
  taskId: z.string().optional(),
  taskAttested: z.boolean(),
  posture: postureSchema,
  postureEpoch: z.number().int(),
  /** Set while the session is killed and not released. */
  kill: killViewSchema.optional(),
  /** What its harness says it may do at present, when it says so. */
  mode: sessionModeSchema.optional(),
  calls: z.number().int(),
  startedAt: z.number(),
  lastAt: z.number(),
  ended: z.boolean(),
});
export type SessionView = z.infer<typeof sessionViewSchema>;

/** An analyst's word on a case, or on one decision of it. */
export const caseVerdictSchema = z.object({
  verdict: analystVerdictSchema,
  decisionId: idSchema.optional(),
  by: z.string(),
  reason: z.string(),
  at: z.number(),
  /** The standing approval that it made. */
  approvalId: idSchema.optional(),
});
export type CaseVerdict = z.infer<typeof caseVerdictSchema>;

/** All decisions above `allow` of one session. */
export const caseViewSchema = z.object({
  caseId: idSchema,
  sessionKey: z.string(),
  agentId: idSchema,
  sessionId: idSchema,
  severity: z.enum(['info', 'low', 'medium', 'high', 'critical']),
  title: z.string(),
  openedAt: z.number(),
  lastAt: z.number(),
  decisions: z.number().int(),
  /** What analysts said of it, newest last. */
  verdicts: z.array(caseVerdictSchema).optional(),
});
export type CaseView = z.infer<typeof caseViewSchema>;

/** One line of the live stream. */
export const activitySchema = z.object({
  sessionKey: z.string(),
  agentId: z.string(),
  callId: z.string(),
  phase: phaseSchema,
  tool: z.string(),
  shown: z.string(),
  logTime: z.number(),
  offset: z.number(),
});
export type Activity = z.infer<typeof activitySchema>;

/** How a question to people ended, and who or what ended it. */
export const holdClosedSchema = z.object({
  holdId: idSchema,
  outcome: z.enum(['approved', 'denied', 'expired', 'killed', 'abandoned']),
  by: z.string(),
});
export type HoldClosed = z.infer<typeof holdClosedSchema>;

/** What the analysts' stream sends. The first message is the snapshot; then every change, in log order. */
export const analystMessageSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('snapshot'),
    holds: z.array(holdViewSchema),
    sessions: z.array(sessionViewSchema),
    cases: z.array(caseViewSchema),
  }),
  z.object({ type: z.literal('activity'), activity: activitySchema }),
  z.object({ type: z.literal('decision'), decision: decisionSchema }),
  z.object({ type: z.literal('hold-opened'), hold: holdViewSchema }),
  holdClosedSchema.extend({ type: z.literal('hold-closed') }),
  z.object({ type: z.literal('session-changed'), session: sessionViewSchema }),
  /** The client was too slow and missed messages: take a new snapshot. */
  z.object({ type: z.literal('lagged'), missed: z.number().int() }),
]);
export type AnalystMessage = z.infer<typeof analystMessageSchema>;
