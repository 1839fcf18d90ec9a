import { readFileSync } from 'node:fs';
import { HaltwireError } from '@haltwire/schemas';
import { formatFault, type Problem, parseYaml, problemsOf, type YamlText } from '@haltwire/server/yaml';
import { type ClusterConfig, clusterConfigSchema } from './schema.ts';
import { type Env, overlayEnv, variableOf } from './variables.ts';

/** Options of `loadClusterConfig`. */
export interface LoadOptions {
  /** YAML file. Default: the one that `HALTWIRE_CONFIG` names; none = the environment alone. */
  readonly file?: string | undefined;
  /** Default: this process's. */
  readonly env?: Env | undefined;
}

function wrong(lines: readonly string[], cause?: unknown): HaltwireError {
  return new HaltwireError('HALTWIRE_CONFIG', lines.join('\n'), { cause });
}

function readText(path: string, what: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw wrong([`${path} cannot be read: check the path and its rights (${what}).`], cause);
  }
}

/** What the file holds: keys with values, or nothing. */
function readSettings(file: string, named: string): YamlText {
  const yaml = parseYaml(readText(file, named), { mayHoldSecrets: true });
  if (yaml.faults.length > 0) throw wrong(yaml.faults.map((fault) => formatFault(file, fault)));
  if (yaml.value === null || yaml.value === undefined) return { ...yaml, value: {} };
  if (typeof yaml.value !== 'object' || Array.isArray(yaml.value)) {
    const message = 'This must be keys with values below it, such as kafka:.';
    throw wrong([formatFault(file, yaml.faultAt({ path: [], message }))]);
  }
  return yaml;
}

function isMissing(settings: unknown, path: Problem['path']): boolean {
  let value = settings;
  for (const key of path) value = (value as Record<PropertyKey, unknown> | null | undefined)?.[key];
  return value === undefined;
}

function readFingerprintKey(file: string | undefined, env: Env): string | undefined {
  if (env.HALTWIRE_FINGERPRINT_KEY) return env.HALTWIRE_FINGERPRINT_KEY;
  if (file === undefined) return undefined;
  const key = readText(file, 'fingerprintKeyFile').trim();
  if (key === '') throw wrong([`${file} is empty: fingerprintKeyFile must hold the key.`]);
  return key;
}

/**
 * The settings of a role: from a YAML file and the environment, which wins. Secrets come from the environment or from
 * files, and never get into a message.
 *
 * - `file`: that of `HALTWIRE_CONFIG` (default)
 *
 * Throws `HALTWIRE_CONFIG` with every fault on a line of its own: file, line and key (or the variable), and the cure.
 *
 * @example
 * const config = loadClusterConfig({ file: 'haltwire.yaml' });
 */
export function loadClusterConfig(options: LoadOptions = {}): ClusterConfig {
  const { env = process.env } = options;
  const file = options.file ?? (env.HALTWIRE_CONFIG || undefined);
  const yaml = file === undefined ? undefined : readSettings(file, options.file ? '--config' : 'HALTWIRE_CONFIG');
  const overlaid = overlayEnv(yaml?.value ?? {}, env);
  // Without the section, say what is missing in it.
  const settings = { kafka: {}, ...(overlaid.settings as object) };

  const lineOf = (problem: Problem): string => {
    const variable = variableOf(problem.path);
    if (variable !== undefined && overlaid.used.has(variable)) return `${variable}: ${problem.message}`;
    const hint = variable !== undefined && isMissing(settings, problem.path) ? ` Or set ${variable}.` : '';
    if (file === undefined || yaml === undefined)
      return `${problem.path.map(String).join('.')}: ${problem.message}${hint}`;
    return `${formatFault(file, yaml.faultAt(problem))}${hint}`;
  };

  const parsed = clusterConfigSchema.safeParse(settings);
  const problems = [
    ...overlaid.problems.map(({ path: [name], message }) => `${String(name)}: ${message}`),
    ...(parsed.success ? [] : problemsOf(parsed.error, clusterConfigSchema).map(lineOf)),
  ];
  if (problems.length > 0 || !parsed.success) throw wrong(problems);

  const { fingerprintKeyFile, ...rest } = parsed.data;
  return { ...rest, fingerprintKey: readFingerprintKey(fingerprintKeyFile, env) };
}

/** Settings with ClickHouse. */
export type ConfigWithClickHouse = ClusterConfig & { readonly clickhouse: NonNullable<ClusterConfig['clickhouse']> };

/**
 * The settings for a role that cannot do without ClickHouse.
 *
 * Throws `HALTWIRE_CONFIG` when there is none.
 */
export function requireClickHouse(config: ClusterConfig): ConfigWithClickHouse {
  const { clickhouse } = config;
  if (clickhouse === undefined) {
    throw wrong(['clickhouse.url is missing: give the address of the HTTP interface. Or set HALTWIRE_CLICKHOUSE_URL.']);
  }
  return { ...config, clickhouse };
}
