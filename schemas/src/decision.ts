import { z } from 'zod';
import { effectSchema } from './effect.ts';
import { idSchema } from './event.ts';

export const decisionKinds = ['allow', 'alert', 'hold', 'deny', 'kill'] as const;
export const decisionKindSchema = z.enum(decisionKinds);
export type DecisionKind = z.infer<typeof decisionKindSchema>;

/** Orders decisions: the higher one wins. */
export function decisionRank(kind: DecisionKind): number {
  return decisionKinds.indexOf(kind);
}

export const postureSchema = z.enum(['normal', 'elevated', 'locked']);
export type Posture = z.infer<typeof postureSchema>;

/** One proven or suspected fault, in words that a person can check. */
export const findingSchema = z.object({
  /** Name of the invariant or indicator, e.g. `credential-not-found`. */
  name: z.string().max(64),
  sentence: z.string().max(600),
});
export type Finding = z.infer<typeof findingSchema>;

/** A number against what is usual. */
export const signalSchema = z.object({
  name: z.string().max(64),
  observed: z.union([z.number(), z.string()]),
  expected: z.union([z.number(), z.string()]),
  p: z.number().min(0).max(1).optional(),
  sentence: z.string().max(600),
});
export type Signal = z.infer<typeof signalSchema>;

export const severitySchema = z.enum(['info', 'low', 'medium', 'high', 'critical']);
export type Severity = z.infer<typeof severitySchema>;

const positionSchema = z.object({
  partition: z.number().int().min(0),
  offset: z.number().int().min(0),
  index: z.number().int().min(0),
});

/** What the engine decided, with everything that a person needs to judge it. On `agent.decisions`. */
export const decisionSchema = z.object({
  type: z.literal('decision'),
  v: z.literal(1),
  /** Deterministic: from the input's position and the place among its outputs. */
  decisionId: idSchema,
  /** One case per session. */
  caseId: idSchema,
  tenantId: idSchema,
  agentId: idSchema,
  sessionId: idSchema,
  callId: idSchema.optional(),
  /** The input that caused it. */
  position: positionSchema,
  logTime: z.number(),
  cause: z.enum(['intent', 'result', 'session', 'command', 'timer', 'acknowledgement']),
  decision: decisionKindSchema,
  /** `observe`: recorded as what would have been; the call went on. */
  mode: z.enum(['observe', 'enforce']),
  severity: severitySchema,
  title: z.string().max(500),
  invariants: z.array(findingSchema),
  indicators: z.array(findingSchema),
  signals: z.array(signalSchema),
  impact: z.number().min(0).max(1),
  /** Redacted rendering of what exactly would run. */
  shown: z.string().max(4096).optional(),
  /** SHA-256 of `shown`: what a person approves. */
  shownHash: z.string().optional(),
  effects: z.array(effectSchema),
  digest: z.string().optional(),
  holdId: idSchema.optional(),
  killId: idSchema.optional(),
  /** Who decided, when a person did. */
  actor: z.string().max(200).optional(),
  posture: postureSchema,
  taskId: z.string().max(200).optional(),
  policyHash: z.string(),
  /** What a person should do next. */
  next: z.string().max(500).optional(),
  /** OWASP Agentic (`ASI03`) and MITRE ATLAS (`AML.T0055`). */
  tags: z.array(z.string().max(32)),
  /** Chain over inputs and decisions of the partition, in offset order. */
  prevHash: z.string(),
  hash: z.string(),
});
export type Decision = z.infer<typeof decisionSchema>;
