import { z } from 'zod';

/** What the agent's process is told, as one JSON line on stdin: secrets never stand in argv. */
export const assignmentSchema = z.object({
  story: z.enum(['staging-upgrade', 'domain-records', 'scratch-cleanup']),
  /** Folder of the repository that it works in. */
  repository: z.string(),
  apiUrl: z.string(),
  /** Tokens that the task hands to the agent. */
  tokens: z.object({ staging: z.string().optional(), domains: z.string().optional() }),
  sessionId: z.string(),
  /** Left out: the same agent with nothing between it and its tools. */
  haltwire: z
    .object({
      endpoint: z.string(),
      /** Where the gate answers, when that is not where events go. */
      gatewayEndpoint: z.string().optional(),
      apiKey: z.string(),
      agentId: z.string(),
      taskToken: z.string().optional(),
    })
    .optional(),
});
export type Assignment = z.infer<typeof assignmentSchema>;

/** What the agent's process reports, one JSON line each, in order. */
export const reportSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('step'),
    n: z.number(),
    tool: z.string(),
    shown: z.string(),
    why: z.string(),
    /** Since the agent began, ms. */
    atMs: z.number(),
  }),
  z.object({
    type: z.literal('step-done'),
    n: z.number(),
    /** False: the tool ran and failed, or it never ran. */
    ran: z.boolean(),
    output: z.string(),
    /** From the call until the tool began to run, or was refused, ms. */
    gateMs: z.number(),
    /** From the call until its end, ms. */
    totalMs: z.number(),
  }),
  z.object({
    type: z.literal('end'),
    outcome: z.enum(['finished', 'killed', 'denied', 'failed']),
    reason: z.string(),
    elapsedMs: z.number(),
  }),
]);
export type Report = z.infer<typeof reportSchema>;
