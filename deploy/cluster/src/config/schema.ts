import { clickHouseConfigSchema, limitsSchema } from '@haltwire/collector';
import { kafkaConfigSchema } from '@haltwire/kafka';
import { logLevels } from '@haltwire/server';
import { z } from 'zod';

const file = z.string().min(1, 'must be the path of a file');

/** Everything there is to set about the roles. Defaults are here and nowhere else. */
export const clusterConfigSchema = z.strictObject({
  /** Where this process answers: its routes, /healthz, /readyz, /metrics. */
  listen: z
    .strictObject({
      /** Default: this machine only. */
      host: z.string().min(1).default('127.0.0.1'),
      /** 0 = any free one. */
      port: z.number().int().min(0).max(65_535).default(4318),
    })
    .prefault({}),
  /** See `@haltwire/kafka`. */
  kafka: kafkaConfigSchema,
  /** See `@haltwire/collector`. The archiver needs it; where it is set, the detector answers for the history. */
  clickhouse: clickHouseConfigSchema.optional(),
  /** Bounds of the collector's front door. */
  limits: limitsSchema.prefault({}),
  /** Key of task tokens: the collector verifies with its public part, the detector signs with it. */
  taskTokenKeyFile: file.optional(),
  /** File with the HMAC key of secret fingerprints: the same for all roles, agents and the policy. */
  fingerprintKeyFile: file.optional(),
  logLevel: z.enum(logLevels).default('info'),
  /** How long a process that is asked to end may take before it ends all the same. */
  shutdownSeconds: z.number().int().min(1).max(600).default(20),
});

/** The settings as an operator writes them. */
export type ClusterConfigInput = z.input<typeof clusterConfigSchema>;

/** The settings of a role: checked, with defaults, secrets read. */
export interface ClusterConfig extends Omit<z.output<typeof clusterConfigSchema>, 'fingerprintKeyFile'> {
  /** Undefined = the default key, which everybody knows. */
  readonly fingerprintKey: string | undefined;
}
