import { HaltwireError } from '@haltwire/schemas';
import { type ClickHouseConfig, parseNamed } from './config.ts';

type Kind = 'text' | 'number' | 'boolean';

/** Every variable, where its value goes, and how it is read. The README's table is checked against this one. */
export const CLICKHOUSE_VARIABLES: Readonly<Record<string, { readonly path: readonly string[]; readonly kind: Kind }>> =
  {
    HALTWIRE_CLICKHOUSE_URL: { path: ['url'], kind: 'text' },
    HALTWIRE_CLICKHOUSE_USERNAME: { path: ['username'], kind: 'text' },
    HALTWIRE_CLICKHOUSE_PASSWORD: { path: ['password'], kind: 'text' },
    HALTWIRE_CLICKHOUSE_PASSWORD_FILE: { path: ['passwordFile'], kind: 'text' },
    HALTWIRE_CLICKHOUSE_DATABASE: { path: ['database'], kind: 'text' },
    HALTWIRE_CLICKHOUSE_TLS_CA: { path: ['tls', 'ca'], kind: 'text' },
    HALTWIRE_CLICKHOUSE_TLS_CERT: { path: ['tls', 'cert'], kind: 'text' },
    HALTWIRE_CLICKHOUSE_TLS_KEY: { path: ['tls', 'key'], kind: 'text' },
    HALTWIRE_CLICKHOUSE_COMPRESSION: { path: ['compression'], kind: 'text' },
    HALTWIRE_CLICKHOUSE_REQUEST_TIMEOUT_MS: { path: ['requestTimeoutMs'], kind: 'number' },
    HALTWIRE_CLICKHOUSE_CLUSTER: { path: ['cluster'], kind: 'text' },
    HALTWIRE_CLICKHOUSE_REPLICATED: { path: ['replicated'], kind: 'boolean' },
    HALTWIRE_CLICKHOUSE_ZOOKEEPER_PATH: { path: ['zookeeperPath'], kind: 'text' },
    HALTWIRE_CLICKHOUSE_REPLICA: { path: ['replica'], kind: 'text' },
    HALTWIRE_CLICKHOUSE_RETENTION_DAYS: { path: ['retentionDays'], kind: 'number' },
    HALTWIRE_CLICKHOUSE_ROLLUPS: { path: ['rollups'], kind: 'boolean' },
    HALTWIRE_CLICKHOUSE_BATCH_ROWS: { path: ['batchRows'], kind: 'number' },
    HALTWIRE_CLICKHOUSE_LINGER_MS: { path: ['lingerMs'], kind: 'number' },
  };

function parseValue(name: string, value: string, kind: Kind): unknown {
  if (kind === 'boolean') {
    if (value === 'true' || value === 'false') return value === 'true';
    throw new HaltwireError('HALTWIRE_CONFIG', `The ClickHouse settings are wrong. ${name}: must be true or false`);
  }
  if (kind === 'number') {
    const number = Number(value);
    if (Number.isFinite(number)) return number;
    throw new HaltwireError('HALTWIRE_CONFIG', `The ClickHouse settings are wrong. ${name}: must be a number`);
  }
  return value;
}

function variableOf(path: readonly string[]): string {
  const found = Object.entries(CLICKHOUSE_VARIABLES).find(([, variable]) => variable.path.join('.') === path.join('.'));
  return found?.[0] ?? `HALTWIRE_CLICKHOUSE_${path.join('_').toUpperCase()}`;
}

/**
 * Reads the settings from `HALTWIRE_CLICKHOUSE_*`.
 *
 * Empty variables count as not set. Unknown ones with this prefix are refused: a mistyped setting that is silently
 * dropped is worse than a start that fails.
 *
 * Throws `HALTWIRE_CONFIG` naming the variable.
 *
 * @example
 * const config = clickHouseConfigFromEnv(process.env);
 */
export function clickHouseConfigFromEnv(env: Readonly<Record<string, string | undefined>>): ClickHouseConfig {
  const input: Record<string, unknown> = {};
  const tls: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith('HALTWIRE_CLICKHOUSE_') || value === undefined || value === '') continue;
    const variable = CLICKHOUSE_VARIABLES[name];
    if (variable === undefined) {
      throw new HaltwireError('HALTWIRE_CONFIG', `${name} is not a setting; check the spelling or remove it.`);
    }
    const [first = '', second] = variable.path;
    const setting = parseValue(name, value, variable.kind);
    if (second === undefined) input[first] = setting;
    else tls[second] = setting;
  }
  if (Object.keys(tls).length > 0) input.tls = tls;
  if (input.url === undefined) {
    throw new HaltwireError(
      'HALTWIRE_CONFIG',
      'HALTWIRE_CLICKHOUSE_URL is not set; give the address of the HTTP interface, for example http://clickhouse:8123.',
    );
  }
  return parseNamed(input, variableOf);
}
