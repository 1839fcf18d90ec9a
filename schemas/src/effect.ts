import { z } from 'zod';
import { fingerprintSchema } from './credential.ts';

export const verbs = [
  'read',
  'list',
  'search',
  'create',
  'update',
  'delete',
  'execute',
  'grant',
  'transfer',
  'publish',
  'authenticate',
  'unknown',
] as const;
export const verbSchema = z.enum(verbs);
export type Verb = z.infer<typeof verbSchema>;

/** Verbs that change nothing by themselves. */
export const readVerbs: readonly Verb[] = ['read', 'list', 'search'];

export const scopeSchema = z.enum(['one', 'many', 'all', 'unknown']);
export type Scope = z.infer<typeof scopeSchema>;

export const reversibilitySchema = z.enum(['reversible', 'recoverable', 'irreversible', 'unknown']);
export type Reversibility = z.infer<typeof reversibilitySchema>;

/** What an effect acts on, as far as the call itself tells. The engine joins it with the registry. */
export const targetSchema = z.object({
  /** The identifier in the call: a volume id, a table, a path, a record name. */
  id: z.string().max(512).optional(),
  /** Host and port of a remote system. */
  host: z.string().max(256).optional(),
  /** Absolute path, resolved against cwd. */
  path: z.string().max(1024).optional(),
  /** Environment that the call itself names (a flag, a host name): a claim, never proof. */
  environment: z.string().max(64).optional(),
});
export type Target = z.infer<typeof targetSchema>;

/**
 * One thing that a call would do. A call has one or more: `pg_dump | aws s3 cp - s3://b && rm -rf ~` has three.
 * Made by the collector's classifier only; a sender cannot supply it.
 */
export const effectSchema = z.object({
  verb: verbSchema,
  /** Kind of thing, singular and lower case: `volume`, `table`, `file`, `secret`, `process`, `domain-record`, `unknown`. */
  resource: z.string().max(64),
  /** Where it lives: `filesystem`, `postgresql`, `git`, `http`, or a vendor such as `railway`. */
  system: z.string().max(64),
  target: targetSchema,
  scope: scopeSchema,
  reversibility: reversibilitySchema,
  /** 0 = changes nothing, 1 = destroys what it acts on. */
  destructiveness: z.number().min(0).max(1),
  touchesBackups: z.boolean(),
  /** Fingerprint of the credential that would authorise it, or `unknown` when one is used but cannot be seen. */
  credentialRef: z.union([fingerprintSchema, z.literal('unknown')]).optional(),
  /** Which node of which parse says so, e.g. `shell: curl argument 4 > graphql mutation volumeDelete`. */
  evidence: z.string().max(300),
  /** How sure the classifier is, 0 to 1. */
  confidence: z.number().min(0).max(1),
});
export type Effect = z.infer<typeof effectSchema>;

/** Most effects of one call; one more becomes a single `unknown` effect that raises the tier. */
export const MAX_EFFECTS = 32;
