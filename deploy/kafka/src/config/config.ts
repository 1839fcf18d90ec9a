import { parseSettings } from '@haltwire/schemas';
import { z } from 'zod';
import { saslSchema } from './sasl.ts';

const address = z.string().regex(/^[^\s:,]+:\d{1,5}$/, 'must be host:port, for example kafka-1.internal:9092');

const tlsSchema = z.strictObject({
  /** PEM file of the authority that signed the brokers' certificates. Default: those that Node trusts. */
  ca: z.string().min(1).optional(),
  /** PEM files of our own certificate and key, when brokers ask for one. Both or none. */
  cert: z.string().min(1).optional(),
  key: z.string().min(1).optional(),
});

const milliseconds = z.number().int().min(0);

/** Everything there is to set about Kafka. Defaults are here and nowhere else. */
export const kafkaConfigSchema = z
  .strictObject({
    /** Brokers to ask first, `host:port`. */
    brokers: z.array(address).min(1, 'needs at least one host:port'),
    /** Name shown in the brokers' logs and quotas. */
    clientId: z.string().min(1).max(200).default('haltwire'),
    /** `true`: TLS with the authorities that Node trusts. */
    tls: z.union([z.boolean(), tlsSchema]).default(false),
    sasl: saslSchema.optional(),
    /** Put before every topic's name: several installations on one cluster. */
    topicPrefix: z
      .string()
      .regex(/^[A-Za-z0-9._-]{0,100}$/, 'may hold letters, digits and . _ - only')
      .default(''),
    /** Partitions of every topic. All topics have the same number: a key has the same partition in each. */
    partitions: z.number().int().min(1).max(10_000).default(12),
    /** Copies of every partition. With 3 or more, an append is answered when 2 copies have it. */
    replication: z.number().int().min(1).max(9).default(3),
    /** How long topics that are not compacted keep records, hours; -1 = for ever. */
    retentionHours: z.union([z.literal(-1), z.number().min(1)]).default(720),
    /** Largest batch that the topics take, bytes: the bound of one append. */
    maxMessageBytes: z
      .number()
      .int()
      .min(1024 * 1024)
      .max(64 * 1024 * 1024)
      .default(16 * 1024 * 1024),
    /** How long a write that nobody waits for may wait for company while the line is busy, ms. */
    lingerMs: z.number().int().min(0).max(50).default(2),
    /** A request carries about so many bytes per partition before the next is begun. */
    batchBytes: z
      .number()
      .int()
      .min(1024)
      .default(1024 * 1024),
    compression: z.enum(['none', 'zstd']).default('none'),
    /** Most bytes waiting to be sent before appends are turned away. */
    maxQueuedBytes: z
      .number()
      .int()
      .min(1024)
      .default(64 * 1024 * 1024),
    /** How long an append is tried before it is refused, ms. */
    deliveryTimeoutMs: milliseconds.min(100).default(10_000),
    /** How long one request may take before its connection is given up, ms. */
    requestTimeoutMs: milliseconds.min(100).default(5_000),
    /** How long a broker may hold a reader's request when there is nothing to read, ms. It answers at once when there is. */
    fetchWaitMs: milliseconds.max(30_000).default(500),
    /** Most bytes of one fetch: what a reader holds in memory. */
    fetchBytes: z
      .number()
      .int()
      .min(64 * 1024)
      .default(2 * 1024 * 1024),
    /** A reader that is behind and gets nothing for so long is restarted, ms. */
    stallMs: milliseconds.min(100).default(3_000),
    /** A process that says nothing for so long loses its partitions to the others, ms. */
    sessionTimeoutMs: milliseconds.min(1000).max(300_000).default(6_000),
    /** How often a process says that it is there, ms; at most a third of `sessionTimeoutMs`. */
    heartbeatMs: milliseconds.min(50).default(1_000),
  })
  .refine((config) => config.sasl?.mechanism !== 'plain' || config.tls !== false || allLocal(config.brokers), {
    path: ['tls'],
    message: 'must be on with sasl mechanism plain: the password would travel readable',
  })
  .refine((config) => config.heartbeatMs * 3 <= config.sessionTimeoutMs, {
    path: ['heartbeatMs'],
    message: 'must be at most a third of sessionTimeoutMs',
  });

function allLocal(brokers: readonly string[]): boolean {
  return brokers.every((broker) => /^(?:127\.|localhost:)/.test(broker));
}

/** The settings after defaults. */
export type KafkaConfig = z.output<typeof kafkaConfigSchema>;
/** The settings as an operator writes them. */
export type KafkaConfigInput = z.input<typeof kafkaConfigSchema>;

/**
 * Checks settings, as read from a YAML file or built in code, and fills in the defaults.
 *
 * Throws `HALTWIRE_CONFIG` naming each wrong key and what it should be. Values never get into the message: they may be
 * secrets.
 *
 * @example
 * const config = parseKafkaConfig({ brokers: ['kafka-1.internal:9093'], tls: true });
 */
export function parseKafkaConfig(input: unknown): KafkaConfig {
  return parseNamed(input, (path) => ['kafka', ...path].join('.'));
}

/** `parseKafkaConfig` with the names of the keys as their writer knows them. */
export function parseNamed(input: unknown, nameOf: (path: readonly string[]) => string): KafkaConfig {
  return parseSettings('The Kafka settings', kafkaConfigSchema, input, nameOf);
}
