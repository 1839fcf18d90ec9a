import { z } from 'zod';
import { fingerprintSchema } from './credential.ts';
import { verbSchema } from './effect.ts';

const name = z
  .string()
  .min(1)
  .max(120)
  .regex(/^[\w.@:/-]+$/, 'a name holds letters, digits and . _ - @ : / only');

/** Which effects something covers. An absent list means any; an effect must match every list that is there. */
export const operationSchema = z.strictObject({
  verbs: z.array(verbSchema).min(1).optional(),
  resources: z.array(z.string().min(1).max(64)).min(1).optional(),
  systems: z.array(z.string().min(1).max(64)).min(1).optional(),
});
export type Operation = z.infer<typeof operationSchema>;

export const agentPolicySchema = z.strictObject({
  role: name.optional(),
  /** `observe` records what would have been decided and lets the call go on. */
  mode: z.enum(['observe', 'enforce']).default('enforce'),
  /** The task of sessions that bring no task token. */
  task: name.optional(),
  /** Credentials issued to this agent whatever its task; absent = not declared (unknown, not forbidden). */
  credentials: z.array(name).optional(),
});

export const taskPolicySchema = z.strictObject({
  description: z.string().max(1000).optional(),
  environment: name.optional(),
  /** Credentials issued for this task; absent = not declared. */
  credentials: z.array(name).optional(),
  /** What this task may do; absent = not declared. Reads need no entry. */
  operations: z.array(operationSchema).min(1).optional(),
});

export const credentialPolicySchema = z.strictObject({
  fingerprint: fingerprintSchema,
  description: z.string().max(1000).optional(),
  provider: name.optional(),
  /** What it was issued for; absent = not declared. Applies to reads too. */
  purposes: z.array(operationSchema).min(1).optional(),
  environments: z.array(name).min(1).optional(),
});

export const resourcePolicySchema = z.strictObject({
  /** Identifier as it stands in calls: a volume id, a host, a database name, an absolute path. */
  match: z.string().min(1).max(512),
  kind: z.string().min(1).max(64),
  environment: name.optional(),
  description: z.string().max(1000).optional(),
  /** `self` = the only backups are on the resource itself. */
  backups: z.enum(['self', 'elsewhere', 'none']).optional(),
});

export const responsesSchema = z.strictObject({
  /** A hold that nobody answers is denied after this many seconds. */
  holdTtlSeconds: z.number().int().min(1).max(86_400).default(300),
  /** A kill that nobody acknowledges within this many seconds raises an alert. */
  killAckSeconds: z.number().int().min(1).max(3600).default(5),
  /** Seconds of log time that the engine waits for a missing event of a session. */
  gapSeconds: z.number().int().min(1).max(600).default(2),
  /** Past either cap a machine's kill becomes a hold and pages a person. */
  machineKills: z
    .strictObject({
      perMinute: z.number().int().min(0).default(10),
      /** Share of live sessions killed within a minute, 0 to 1; counts from the third kill on. */
      fleetShare: z.number().min(0).max(1).default(0.2),
    })
    .prefault({}),
  /** Impact (0 to 1) from which an act needs more than silence to pass. */
  highImpact: z.number().min(0).max(1).default(0.5),
});

/** The registry: what operators declare. Absent = unknown, which is never the same as forbidden. */
export const policySchema = z.strictObject({
  version: z.literal(1),
  agents: z.record(name, agentPolicySchema).default({}),
  tasks: z.record(name, taskPolicySchema).default({}),
  credentials: z.record(name, credentialPolicySchema).default({}),
  resources: z.record(name, resourcePolicySchema).default({}),
  /** Tools whose definition an operator has read: `readOnly` ones run on the fast path. */
  tools: z.record(name, z.strictObject({ readOnly: z.boolean() })).default({}),
  /** Hosts (`name` or `name:port`) by the system that answers there. */
  systems: z.record(name, z.strictObject({ hosts: z.array(z.string().min(1).max(256)).min(1) })).default({}),
  responses: responsesSchema.prefault({}),
});
export type Policy = z.infer<typeof policySchema>;

/** The policy of a tenant that has imported none. */
export const defaultPolicy: Policy = policySchema.parse({ version: 1 });
