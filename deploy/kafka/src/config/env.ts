import { HaltwireError } from '@haltwire/schemas';
import { type KafkaConfig, parseNamed } from './config.ts';

type Kind = 'text' | 'list' | 'number' | 'boolean';

/** Every variable, where its value goes, and how it is read. The README's table is checked against this one. */
export const KAFKA_VARIABLES: Readonly<Record<string, { readonly path: readonly string[]; readonly kind: Kind }>> = {
  HALTWIRE_KAFKA_BROKERS: { path: ['brokers'], kind: 'list' },
  HALTWIRE_KAFKA_CLIENT_ID: { path: ['clientId'], kind: 'text' },
  HALTWIRE_KAFKA_TLS: { path: ['tls'], kind: 'boolean' },
  HALTWIRE_KAFKA_TLS_CA: { path: ['tls', 'ca'], kind: 'text' },
  HALTWIRE_KAFKA_TLS_CERT: { path: ['tls', 'cert'], kind: 'text' },
  HALTWIRE_KAFKA_TLS_KEY: { path: ['tls', 'key'], kind: 'text' },
  HALTWIRE_KAFKA_SASL_MECHANISM: { path: ['sasl', 'mechanism'], kind: 'text' },
  HALTWIRE_KAFKA_SASL_USERNAME: { path: ['sasl', 'username'], kind: 'text' },
  HALTWIRE_KAFKA_SASL_PASSWORD: { path: ['sasl', 'password'], kind: 'text' },
  HALTWIRE_KAFKA_SASL_TOKEN_FILE: { path: ['sasl', 'tokenFile'], kind: 'text' },
  HALTWIRE_KAFKA_SASL_TOKEN_URL: { path: ['sasl', 'tokenUrl'], kind: 'text' },
  HALTWIRE_KAFKA_SASL_CLIENT_ID: { path: ['sasl', 'clientId'], kind: 'text' },
  HALTWIRE_KAFKA_SASL_CLIENT_SECRET: { path: ['sasl', 'clientSecret'], kind: 'text' },
  HALTWIRE_KAFKA_SASL_SCOPE: { path: ['sasl', 'scope'], kind: 'text' },
  HALTWIRE_KAFKA_TOPIC_PREFIX: { path: ['topicPrefix'], kind: 'text' },
  HALTWIRE_KAFKA_PARTITIONS: { path: ['partitions'], kind: 'number' },
  HALTWIRE_KAFKA_REPLICATION: { path: ['replication'], kind: 'number' },
  HALTWIRE_KAFKA_RETENTION_HOURS: { path: ['retentionHours'], kind: 'number' },
  HALTWIRE_KAFKA_MAX_MESSAGE_BYTES: { path: ['maxMessageBytes'], kind: 'number' },
  HALTWIRE_KAFKA_LINGER_MS: { path: ['lingerMs'], kind: 'number' },
  HALTWIRE_KAFKA_BATCH_BYTES: { path: ['batchBytes'], kind: 'number' },
  HALTWIRE_KAFKA_COMPRESSION: { path: ['compression'], kind: 'text' },
  HALTWIRE_KAFKA_MAX_QUEUED_BYTES: { path: ['maxQueuedBytes'], kind: 'number' },
  HALTWIRE_KAFKA_DELIVERY_TIMEOUT_MS: { path: ['deliveryTimeoutMs'], kind: 'number' },
  HALTWIRE_KAFKA_REQUEST_TIMEOUT_MS: { path: ['requestTimeoutMs'], kind: 'number' },
  HALTWIRE_KAFKA_FETCH_WAIT_MS: { path: ['fetchWaitMs'], kind: 'number' },
  HALTWIRE_KAFKA_FETCH_BYTES: { path: ['fetchBytes'], kind: 'number' },
  HALTWIRE_KAFKA_STALL_MS: { path: ['stallMs'], kind: 'number' },
  HALTWIRE_KAFKA_SESSION_TIMEOUT_MS: { path: ['sessionTimeoutMs'], kind: 'number' },
  HALTWIRE_KAFKA_HEARTBEAT_MS: { path: ['heartbeatMs'], kind: 'number' },
};

/** Variables of the launcher, which are no settings of the log. */
const OTHER_VARIABLES = ['HALTWIRE_KAFKA_JARS'];

function parseValue(name: string, value: string, kind: Kind): unknown {
  if (kind === 'list') return value.split(',').map((part) => part.trim());
  if (kind === 'boolean') {
    if (value === 'true' || value === 'false') return value === 'true';
    throw new HaltwireError('HALTWIRE_CONFIG', `The Kafka settings are wrong. ${name}: must be true or false`);
  }
  if (kind === 'number') {
    const number = Number(value);
    if (Number.isFinite(number)) return number;
    throw new HaltwireError('HALTWIRE_CONFIG', `The Kafka settings are wrong. ${name}: must be a number`);
  }
  return value;
}

function variableOf(path: readonly string[]): string | undefined {
  const found = Object.entries(KAFKA_VARIABLES).find(([, variable]) => variable.path.join('.') === path.join('.'));
  if (found !== undefined) return found[0];
  // An issue inside a list: name the variable that holds the list.
  return path.length > 1 ? variableOf(path.slice(0, -1)) : undefined;
}

function isGroup(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What the variables say wins, setting by setting. */
function layOver(file: unknown, settings: Readonly<Record<string, unknown>>): unknown {
  if (!isGroup(file)) return file ?? settings;
  const merged: Record<string, unknown> = { ...file };
  for (const [key, value] of Object.entries(settings)) {
    const below = merged[key];
    merged[key] = isGroup(value) && isGroup(below) ? { ...below, ...value } : value;
  }
  return merged;
}

function contradiction(): HaltwireError {
  return new HaltwireError(
    'HALTWIRE_CONFIG',
    'HALTWIRE_KAFKA_TLS is false while HALTWIRE_KAFKA_TLS_* are set; choose one.',
  );
}

/**
 * Reads the settings from `HALTWIRE_KAFKA_*`, laid over those of a file: passwords need not stand in it.
 *
 * - `file`: the object under `kafka` in a YAML file; nothing (default)
 *
 * Empty variables count as not set. Unknown ones with this prefix are refused: a mistyped setting that is silently
 * dropped is worse than a start that fails.
 *
 * Throws `HALTWIRE_CONFIG` naming the variable, or the key of the file (`kafka.sasl.username`).
 *
 * @example
 * const config = kafkaConfigFromEnv(process.env, { brokers: ['kafka-1.internal:9093'], tls: true });
 */
export function kafkaConfigFromEnv(env: Readonly<Record<string, string | undefined>>, file?: unknown): KafkaConfig {
  const input: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith('HALTWIRE_KAFKA_') || OTHER_VARIABLES.includes(name)) continue;
    if (value === undefined || value === '') continue;
    const variable = KAFKA_VARIABLES[name];
    if (variable === undefined) {
      throw new HaltwireError('HALTWIRE_CONFIG', `${name} is not a setting; check the spelling or remove it.`);
    }
    const [first = '', second] = variable.path;
    const setting = parseValue(name, value, variable.kind);
    if (second === undefined) {
      if (first === 'tls' && typeof input.tls === 'object') {
        // `TLS=true` beside `TLS_CA` says nothing more.
        if (setting === true) continue;
        throw contradiction();
      }
      input[first] = setting;
      continue;
    }
    const existing = input[first];
    if (existing === false) {
      throw contradiction();
    }
    input[first] = { ...(typeof existing === 'object' ? existing : {}), [second]: setting };
  }
  const merged = layOver(file, input);
  if (isGroup(merged) && merged.brokers === undefined) {
    throw new HaltwireError(
      'HALTWIRE_CONFIG',
      'HALTWIRE_KAFKA_BROKERS is not set, nor kafka.brokers in a file; give the brokers as host:port,host:port.',
    );
  }
  // Where both could have said it, name the one that did; what nobody said is asked for in the way that is in use.
  const isSaid = ([first = '', second]: readonly string[], where: unknown) =>
    isGroup(where) && first in where && (second === undefined || !isGroup(where[first]) || second in where[first]);
  return parseNamed(merged, (path) => {
    const key = ['kafka', ...path].join('.');
    if (isSaid(path, input)) return variableOf(path) ?? key;
    return isSaid(path, file) || file !== undefined ? key : (variableOf(path) ?? key);
  });
}
