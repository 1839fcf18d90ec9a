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

const names = z.array(name).min(1);

/** A moment: ISO 8601 with its offset, so that nobody has to guess a time zone. */
const momentSchema = z.iso.datetime({ offset: true, error: 'a moment is written like 2026-12-24T18:00:00+01:00' });

/**
 * How much an agent does. Past a number it is asked about, not killed; absent = not declared, and then the engine's own
 * cautious bounds for repeats and sub-agents hold.
 */
export const limitsSchema = z.strictObject({
  /** Calls of one session. */
  callsPerSession: z.number().int().min(1).optional(),
  /** Calls of one session within a minute of log time. */
  callsPerMinute: z.number().int().min(1).optional(),
  /** The very same call in a row. Default 50. */
  sameCallInARow: z.number().int().min(2).optional(),
  /** Sub-agents that one session starts. Default 60. */
  subAgents: z.number().int().min(1).optional(),
});
export type Limits = z.infer<typeof limitsSchema>;

/** What agents of one kind share; an agent's own entry comes first, member by member. */
export const rolePolicySchema = z.strictObject({
  description: z.string().max(1000).optional(),
  task: name.optional(),
  credentials: z.array(name).optional(),
  operations: z.array(operationSchema).min(1).optional(),
  limits: limitsSchema.optional(),
});

export const agentPolicySchema = z.strictObject({
  role: name.optional(),
  /** `observe` records what would have been decided and lets the call go on. */
  mode: z.enum(['observe', 'enforce']).default('enforce'),
  /** The task of sessions that bring no task token. */
  task: name.optional(),
  /** Credentials issued to this agent whatever its task; absent = not declared (unknown, not forbidden). */
  credentials: z.array(name).optional(),
  /** What this agent may do whatever its task; absent = not declared. Reads need no entry. */
  operations: z.array(operationSchema).min(1).optional(),
  limits: limitsSchema.optional(),
});

export const taskPolicySchema = z.strictObject({
  description: z.string().max(1000).optional(),
  environment: name.optional(),
  /** Credentials issued for this task; absent = not declared. */
  credentials: z.array(name).optional(),
  /** What this task may do; absent = not declared. Reads need no entry. */
  operations: z.array(operationSchema).min(1).optional(),
  /** `read-only`: the task only looks; whatever would change something is refused. */
  mode: z.enum(['read-only']).optional(),
  /** Whom or what this task sends to, pays, or grants to: addresses, accounts, hosts. */
  targets: z.array(z.string().min(1).max(512)).optional(),
  limits: limitsSchema.optional(),
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
  /** The resource that holds its backups: whoever deletes that one deletes them. */
  backupsOn: name.optional(),
});

/** No changes from one moment to another. Each list narrows it; without any, it is for everything. */
export const freezePolicySchema = z
  .strictObject({
    from: momentSchema,
    until: momentSchema,
    description: z.string().max(1000).optional(),
    agents: names.optional(),
    environments: names.optional(),
    systems: z.array(z.string().min(1).max(64)).min(1).optional(),
    /** Tasks that go on all the same. */
    exceptTasks: names.optional(),
  })
  .refine(({ from, until }) => !(Date.parse(from) >= Date.parse(until)), {
    path: ['until'],
    error: 'until is not after from',
  });
export type FreezePolicy = z.infer<typeof freezePolicySchema>;

/** Which acts an approval speaks of. Each list narrows it. At least one list, or it would approve everything. */
const approvalScope = {
  verbs: z.array(verbSchema).min(1).optional(),
  resources: z.array(z.string().min(1).max(64)).min(1).optional(),
  systems: z.array(z.string().min(1).max(64)).min(1).optional(),
  environments: names.optional(),
  /** Exact identifiers, paths or hosts; one that ends in `*` covers what begins alike. */
  targets: z.array(z.string().min(1).max(512)).min(1).optional(),
};
export const approvalScopeSchema = z
  .strictObject(approvalScope)
  .refine((scope) => Object.values(scope).some((list) => list !== undefined), {
    error: 'an approval needs at least one of verbs, resources, systems, environments, targets',
  });
export type ApprovalScope = z.infer<typeof approvalScopeSchema>;

/** Acts that pass without a question until a moment. They are recorded; what violates an invariant is still refused. */
export const standingApprovalSchema = z
  .strictObject({
    agents: names.optional(),
    tasks: names.optional(),
    ...approvalScope,
    expires: momentSchema,
    reason: z.string().min(1).max(1000),
  })
  .refine(
    ({ verbs, resources, systems, environments, targets }) =>
      [verbs, resources, systems, environments, targets].some((list) => list !== undefined),
    { error: 'an approval needs at least one of verbs, resources, systems, environments, targets' },
  );
export type StandingApprovalPolicy = z.infer<typeof standingApprovalSchema>;

/** What an indicator does when it fires. */
export const indicatorResponseSchema = z.enum(['off', 'alert', 'hold']);
export type IndicatorResponse = z.infer<typeof indicatorResponseSchema>;

/** Kinds of acts that harm in their own way. */
export const actKinds = ['destroy', 'transfer', 'spend', 'grant', 'publish', 'execute', 'apply'] as const;
export type ActKind = (typeof actKinds)[number];
const weight = z.number().min(0).max(1);
const kindWeightsSchema = z.strictObject({
  /** Factor on the destructiveness that the classifier gives. Default 1. */
  destroy: weight.default(1),
  /** Data or messages that leave. Default 0.6. */
  transfer: weight.default(0.6),
  /** Money. Default 0.7. */
  spend: weight.default(0.7),
  /** Power that is handed out. Default 0.7. */
  grant: weight.default(0.7),
  /** What others can see from then on. Default 0.7. */
  publish: weight.default(0.7),
  /** Programs that come from elsewhere, or changes on other machines. Default 0.7. */
  execute: weight.default(0.7),
  /** Plans that a tool carries out and the call does not show. Default 0.7. */
  apply: weight.default(0.7),
});
export type KindWeights = z.infer<typeof kindWeightsSchema>;

/** Numbers that operators want kept; what is spent is counted by whoever reports. The engine enforces `machineKills`. */
export const budgetsSchema = z.strictObject({
  /** Alerts per 1,000 calls. */
  alertsPer1000Calls: z.number().min(0).optional(),
  /** Holds per 1,000 calls. */
  holdsPer1000Calls: z.number().min(0).optional(),
  /** Wrong machine kills per 10,000 sessions. */
  falseKillsPer10000Sessions: z.number().min(0).optional(),
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
  /** How much each kind of act weighs, 0 to 1. */
  kinds: kindWeightsSchema.prefault({}),
  /** What single indicators do, by name, where it is not their default. */
  indicators: z.record(z.string().min(1).max(64), indicatorResponseSchema).default({}),
});

/** Responses for a part of the work: the first rule whose lists all fit decides, member by member over `responses`. */
export const responseRuleSchema = z.strictObject({
  agents: names.optional(),
  roles: names.optional(),
  tasks: names.optional(),
  environments: names.optional(),
  highImpact: z.number().min(0).max(1).optional(),
  indicators: z.record(z.string().min(1).max(64), indicatorResponseSchema).optional(),
});
export type ResponseRule = z.infer<typeof responseRuleSchema>;

/** The registry: what operators declare. Absent = unknown, which is never the same as forbidden. */
export const policySchema = z.strictObject({
  version: z.literal(1),
  roles: z.record(name, rolePolicySchema).default({}),
  agents: z.record(name, agentPolicySchema).default({}),
  tasks: z.record(name, taskPolicySchema).default({}),
  credentials: z.record(name, credentialPolicySchema).default({}),
  resources: z.record(name, resourcePolicySchema).default({}),
  /** Tools whose definition an operator has read: `readOnly` ones run on the fast path. */
  tools: z.record(name, z.strictObject({ readOnly: z.boolean() })).default({}),
  /** Hosts (`name` or `name:port`) by the system that answers there. */
  systems: z.record(name, z.strictObject({ hosts: z.array(z.string().min(1).max(256)).min(1) })).default({}),
  /** Further names of environments, e.g. `production: [blue, eu-live]`. The usual ones (prod, prd, live, stage, dev, qa) are known. */
  environments: z.record(name, z.array(name)).default({}),
  freezes: z.record(name, freezePolicySchema).default({}),
  standingApprovals: z.record(name, standingApprovalSchema).default({}),
  budgets: budgetsSchema.prefault({}),
  responses: responsesSchema.prefault({}),
  rules: z.array(responseRuleSchema).default([]),
});
export type Policy = z.infer<typeof policySchema>;

/** The policy of a tenant that has imported none. */
export const defaultPolicy: Policy = policySchema.parse({ version: 1 });
