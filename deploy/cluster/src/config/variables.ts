import { CLICKHOUSE_VARIABLES } from '@haltwire/collector';
import { KAFKA_VARIABLES } from '@haltwire/kafka';
import type { Path, Problem } from '@haltwire/server/yaml';

/** Variables of the environment. */
export type Env = Readonly<Record<string, string | undefined>>;

interface Variable {
  readonly path: readonly string[];
  readonly kind: 'text' | 'list' | 'number' | 'boolean';
}

type Table = Readonly<Record<string, Variable>>;

/** Every variable of a setting, and which. The README's table is checked against this one. */
export const CLUSTER_VARIABLES: Table = {
  HALTWIRE_LISTEN_HOST: { path: ['listen', 'host'], kind: 'text' },
  HALTWIRE_LISTEN_PORT: { path: ['listen', 'port'], kind: 'number' },
  HALTWIRE_TASK_TOKEN_KEY_FILE: { path: ['taskTokenKeyFile'], kind: 'text' },
  HALTWIRE_FINGERPRINT_KEY_FILE: { path: ['fingerprintKeyFile'], kind: 'text' },
  HALTWIRE_LOG_LEVEL: { path: ['logLevel'], kind: 'text' },
  HALTWIRE_SHUTDOWN_SECONDS: { path: ['shutdownSeconds'], kind: 'number' },
};

/** The variables of a section that another package describes. */
function inSection(section: string, table: Table): Table {
  return Object.fromEntries(
    Object.entries(table).map(([name, { path, kind }]) => [name, { path: [section, ...path], kind }]),
  );
}

const ALL_VARIABLES: Table = {
  ...CLUSTER_VARIABLES,
  ...inSection('kafka', KAFKA_VARIABLES),
  ...inSection('clickhouse', CLICKHOUSE_VARIABLES),
};

/** Under these, a variable that is not a setting is a mistyped one. */
const OWN_PREFIXES = ['HALTWIRE_KAFKA_', 'HALTWIRE_CLICKHOUSE_', 'HALTWIRE_LISTEN_'];
/** Variables of the tests' and trials' broker, which are no settings. */
const OTHER_VARIABLES = ['HALTWIRE_KAFKA_JARS'];

/** The variable of a setting, or of the nearest one around it. */
export function variableOf(path: Path): string | undefined {
  const wanted = path.map(String).join('.');
  const found = Object.entries(ALL_VARIABLES).find(([, variable]) => variable.path.join('.') === wanted);
  if (found !== undefined) return found[0];
  return path.length > 1 ? variableOf(path.slice(0, -1)) : undefined;
}

function parseText(text: string, kind: Variable['kind']): unknown {
  if (kind === 'list') return text.split(',').map((part) => part.trim());
  if (kind === 'number') return text.trim() === '' ? Number.NaN : Number(text);
  if (kind === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

type Settings = { [key: string]: unknown };

const isSettings = (value: unknown): value is Settings =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The settings with one of them replaced. `true` for what has settings of its own leaves them: they say more. */
function withSetting(settings: unknown, [first, ...rest]: readonly string[], value: unknown): unknown {
  if (first === undefined) return value === true && isSettings(settings) ? settings : value;
  const around = isSettings(settings) ? settings : {};
  return { ...around, [first]: withSetting(around[first], rest, value) };
}

const isInside = (path: readonly string[], around: readonly string[] | undefined): boolean =>
  around !== undefined && path.length > around.length && around.every((part, place) => path[place] === part);

/** What the environment adds to the settings of a file, and wins over them. */
export interface Overlaid {
  readonly settings: unknown;
  /** The variables that were used. */
  readonly used: ReadonlySet<string>;
  /** Variables that are not settings; the path is the variable's name. */
  readonly problems: readonly Problem[];
}

/** Lays the variables over the settings of a file. Empty variables count as not set. */
export function overlayEnv(settings: unknown, env: Env): Overlaid {
  const used = new Set<string>();
  const problems: Problem[] = [];
  let result = settings;
  // In the order of the table: a section's own switch comes before its parts, whatever the environment's order.
  for (const [name, { path, kind }] of Object.entries(ALL_VARIABLES)) {
    const text = env[name];
    if (text === undefined || text === '') continue;
    used.add(name);
    const switchedOff = [...used].find((other) => env[other] === 'false' && isInside(path, ALL_VARIABLES[other]?.path));
    if (switchedOff !== undefined) {
      problems.push({ path: [name], message: `This is set while ${switchedOff} is false: choose one.` });
    }
    result = withSetting(result, path, parseText(text, kind));
  }
  for (const [name, text] of Object.entries(env)) {
    if (!OWN_PREFIXES.some((prefix) => name.startsWith(prefix)) || OTHER_VARIABLES.includes(name)) continue;
    if (text === undefined || text === '' || Object.hasOwn(ALL_VARIABLES, name)) continue;
    problems.push({ path: [name], message: 'This is not a setting: check the spelling or remove it.' });
  }
  return { settings: result, used, problems };
}
