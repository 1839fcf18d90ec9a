import { z } from 'zod';

/** `hwf_` and 128 bits of HMAC-SHA-256: tells two secrets apart without giving either away. */
export const fingerprintSchema = z
  .string()
  .regex(/^hwf_[0-9a-f]{32}$/, 'a fingerprint is hwf_ and 32 hex digits; make one with: haltwire fingerprint');

/** A secret that a call's arguments carry. */
export const credentialUseSchema = z.object({
  fingerprint: fingerprintSchema,
  /** What it looks like, e.g. `bearer-token`, `aws-access-key`, `password`. */
  kind: z.string().max(64),
  /** Who issues such secrets, when the format tells, e.g. `github`. */
  provider: z.string().max(64).optional(),
  /** Where in the call it stood, in words, e.g. `header authorization`. */
  where: z.string().max(120).optional(),
});
export type CredentialUse = z.infer<typeof credentialUseSchema>;

/** A secret that a result showed to the agent. */
export const secretSeenSchema = credentialUseSchema.extend({
  /** Path or URL at which the result showed it. Derived by the collector; a sender's word for it is not kept. */
  source: z.string().max(512).optional(),
});
export type SecretSeen = z.infer<typeof secretSeenSchema>;
