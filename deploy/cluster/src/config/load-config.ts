import { readFileSync } from 'node:fs';
import { HaltwireError } from '@haltwire/schemas';
import { formatFault, type Problem, parseYaml, problemsOf, type YamlText } from '@haltwire/server/yaml';
import { type ClusterConfig, clusterConfigSchema } from './schema.ts';
import { type Env, overlayEnv, variableOf } from './variables.ts';

/**
 * Checks the section `clickhouse` for a role that uses it; gets undefined when there is none. Throws `HALTWIRE_CONFIG`
 * naming the key.
 */
export type ClickHouseParser<ClickHouse> = (section: unknown, env: Env) => ClickHouse;

/** Options of `loadClusterConfig`. */
export interface LoadOptions<ClickHouse> {
  /** YAML file. Default: the one that `HALTWIRE_CONFIG` names; none = the environment alone. */
  readonly file?: string | undefined;
  /** Default: this process's. */
  readonly env?: Env | undefined;
  /** Default: the section is left alone. */
  readonly parseClickHouse: ClickHouseParser<ClickHouse>;
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
 * const config = loadClusterConfig({ file: 'haltwire.yaml', parseClickHouse: parseClickHouseConfig });
 */
export function loadClusterConfig<ClickHouse>(options: LoadOptions<ClickHouse>): ClusterConfig<ClickHouse>;
export function loadClusterConfig(options?: Omit<LoadOptions<undefined>, 'parseClickHouse'>): ClusterConfig;
export function loadClusterConfig<ClickHouse>(options: Partial<LoadOptions<ClickHouse>> = {}): ClusterConfig<unknown> {
  const { env = process.env, parseClickHouse } = options;
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

  const { clickhouse: section, fingerprintKeyFile, ...rest } = parsed.data;
  const clickhouse = (() => {
    try {
      return parseClickHouse?.(section, env);
    } catch (error) {
      if (!HaltwireError.isInstance(error) || file === undefined || yaml === undefined) throw error;
      throw wrong(
        [formatFault(file, { ...yaml.faultAt({ path: ['clickhouse'], message: error.message }), key: '' })],
        error,
      );
    }
  })();
  return { ...rest, clickhouse, fingerprintKey: readFingerprintKey(fingerprintKeyFile, env) };
}
