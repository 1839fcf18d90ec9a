import { z } from 'zod';

const MIB = 1024 * 1024;
const count = z.number().int().min(1);

/** Bounds of the front door. Unknown names are refused, so that a typing error does not switch a limit off. */
export const limitsSchema = z.strictObject({
  /** Largest request body after decompression, bytes; also the largest before it. */
  bodyBytes: count.default(64 * MIB),
  /** Requests worked on at a time; one more is answered 503. */
  requests: count.default(64),
  /** Requests of one agent at a time; one more is answered 503, and the other agents go on. */
  agentRequests: count.default(16),
  /** Decompressed bytes held at a time over all requests; more is answered 503. */
  heldBytes: count.default(256 * MIB),
  /** Decompressed bytes held at a time for one agent. */
  agentHeldBytes: count.default(128 * MIB),
  /** Characters of a call's arguments (as JSON) that are kept and classified; the rest is cut and marked. */
  argumentChars: count.default(256 * 1024),
  /** Characters of a result that are searched for secrets; 8 KiB of them are kept. */
  resultChars: count.default(256 * 1024),
  /** Rejected records of one request that are written to `agent.inputs.dead`; the rest is counted only. */
  deadLettersPerRequest: count.default(100),
  /** What senders are told to wait after a 503, seconds. */
  retryAfterSeconds: count.default(1),
});

/** Bounds of the front door, all set. */
export type Limits = z.infer<typeof limitsSchema>;
