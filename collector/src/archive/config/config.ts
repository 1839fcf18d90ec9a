import { parseSettings } from '@haltwire/schemas';
import { z } from 'zod';

/** Names that stand in SQL as they are. */
const identifier = z.string().regex(/^[A-Za-z_]\w{0,62}$/, 'must be letters, digits and _, not starting with a digit');
const file = z.string().min(1, 'must not be empty');
/** Stands between single quotes in SQL. */
const zookeeperText = z
  .string()
  .regex(/^[\w/{}.:-]{1,300}$/, 'may hold letters, digits, macros in braces and / _ . : - only');

const tlsSchema = z
  .strictObject({
    /** PEM file of the authority that signed the server's certificate. */
    ca: file,
    /** PEM files of our own certificate and key, when the server asks for one. Both or none. */
    cert: file.optional(),
    key: file.optional(),
  })
  .refine((tls) => (tls.cert === undefined) === (tls.key === undefined), {
    path: ['key'],
    message: 'give cert and key together, or neither',
  });

/** Everything there is to set about ClickHouse. Defaults are here and nowhere else. */
export const clickHouseConfigSchema = z
  .strictObject({
    /** The server's HTTP interface, e.g. `https://clickhouse:8443`. */
    url: z
      .url({ protocol: /^https?$/, error: 'must be http://host:8123 or https://host:8443' })
      .refine((url) => !hasSignIn(url), 'must not hold a user or password; set username and password'),
    username: z.string().min(1, 'must not be empty').default('default'),
    password: z.string().optional(),
    /** File that holds the password, in place of `password`. One line break at its end is not part of it. */
    passwordFile: file.optional(),
    /** Made when it is not there. */
    database: identifier.default('haltwire'),
    /** Needed only where the server's authority is none of those that Node trusts. */
    tls: tlsSchema.optional(),
    /** Of inserts. Costs CPU here; worth it over slow or paid lines. */
    compression: z.enum(['none', 'gzip', 'zstd']).default('none'),
    /** How long one request may take before it is given up and tried again, ms. */
    requestTimeoutMs: z.number().int().min(100).max(3_600_000).default(30_000),
    /** Name of the cluster on which the tables are made (`ON CLUSTER`). It must have one shard. */
    cluster: identifier.optional(),
    /** ReplicatedReplacingMergeTree in place of ReplacingMergeTree; inserts then wait for a majority of the replicas. */
    replicated: z.boolean().default(false),
    /** Where the tables of all replicas meet. */
    zookeeperPath: zookeeperText
      .refine((path) => path.includes('{table}'), 'must hold {table}: each table needs a path of its own')
      .default('/clickhouse/tables/{shard}/{database}/{table}'),
    /** This replica's name. */
    replica: zookeeperText.default('{replica}'),
    /** How long rows are kept after their log time, days; -1 = for ever. Changes apply to what is there. */
    retentionDays: z.union([z.literal(-1), z.number().int().min(1).max(36_500)]).default(-1),
    /** Count calls and decisions per hour into tables that retention does not touch. */
    rollups: z.boolean().default(true),
    /** Most rows of one insert. */
    batchRows: z.number().int().min(1).max(100_000).default(5000),
    /** How long an insert waits for more rows, ms. */
    lingerMs: z.number().int().min(0).max(60_000).default(1000),
  })
  .refine((config) => config.password === undefined || config.passwordFile === undefined, {
    path: ['passwordFile'],
    message: 'give either password or passwordFile',
  })
  .refine((config) => config.cluster === undefined || config.replicated, {
    path: ['replicated'],
    message: 'must be true with cluster: otherwise each of its hosts would keep rows of its own',
  })
  .refine((config) => config.tls === undefined || config.url.startsWith('https:'), {
    path: ['url'],
    message: 'must begin with https:// where tls is set',
  });

function hasSignIn(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return url.username !== '' || url.password !== '' || url.search !== '';
}

/** The settings after defaults. */
export type ClickHouseConfig = z.output<typeof clickHouseConfigSchema>;
/** The settings as an operator writes them. */
export type ClickHouseConfigInput = z.input<typeof clickHouseConfigSchema>;

/**
 * Checks settings, as read from a YAML file or built in code, and fills in the defaults.
 *
 * Throws `HALTWIRE_CONFIG` naming each wrong key and what it should be. Values never get into the message: they may be
 * secrets.
 *
 * @example
 * const config = parseClickHouseConfig({ url: 'https://clickhouse:8443', passwordFile: '/run/secrets/clickhouse' });
 */
export function parseClickHouseConfig(input: unknown): ClickHouseConfig {
  return parseNamed(input, (path) => ['clickHouse', ...path].join('.'));
}

/** `parseClickHouseConfig` with the names of the keys as their writer knows them. */
export function parseNamed(input: unknown, nameOf: (path: readonly string[]) => string): ClickHouseConfig {
  return parseSettings('The ClickHouse settings', clickHouseConfigSchema, input, nameOf);
}
