import { HaltwireError } from './errors.ts';
import type { HaltwireOptions, SessionMode, SessionOptions, ToolOptions } from './types.ts';
import { emitProcessWarning } from './warnings.ts';

/** What `createHaltwire` runs on, after defaults. */
export interface Config {
  readonly key: string;
  readonly endpoint: URL;
  readonly gatewayEndpoint: URL;
  readonly fingerprintKey: string | undefined;
  readonly gateTimeoutMs: number;
  readonly readOnlyFailMode: 'open' | 'closed';
  readonly allowRiskyWhenUnreachable: boolean;
  readonly maxUnsentEvents: number;
  readonly flushIntervalMs: number;
  readonly resolveTargets: HaltwireOptions['resolveTargets'];
  readonly tracer: HaltwireOptions['tracer'];
  readonly onWarning: NonNullable<HaltwireOptions['onWarning']>;
}

type Keys<T> = Record<keyof T, true>;
const optionKeys: Keys<HaltwireOptions> = {
  key: true,
  endpoint: true,
  gatewayEndpoint: true,
  fingerprintKey: true,
  gateTimeoutMs: true,
  failMode: true,
  dangerouslyAllowRiskyWhenUnreachable: true,
  maxUnsentEvents: true,
  flushIntervalMs: true,
  resolveTargets: true,
  tracer: true,
  onWarning: true,
};
const sessionKeys: Keys<SessionOptions> = {
  agent: true,
  task: true,
  sessionId: true,
  environment: true,
  cwd: true,
  env: true,
  onHold: true,
  onKill: true,
};
const toolKeys: Keys<ToolOptions> = { signal: true, cwd: true, onHold: true, description: true, type: true };
const taskKeys: Record<string, true> = { id: true, text: true, token: true };
const agentKeys: Record<string, true> = { name: true, id: true, version: true };

/** What a session tells about itself, after defaults and checks. */
export interface SessionConfig {
  readonly agent: {
    readonly name?: string | undefined;
    readonly id?: string | undefined;
    readonly version?: string | undefined;
  };
  readonly task: {
    readonly id?: string | undefined;
    readonly text?: string | undefined;
    readonly token?: string | undefined;
  };
  readonly environment: string | undefined;
}

function configError(message: string): HaltwireError {
  return new HaltwireError('HALTWIRE_CONFIG', message);
}

function rejectUnknownKeys(value: unknown, known: Record<string, true>, where: string): void {
  if (typeof value !== 'object' || value === null) throw configError(`${where} must be an object`);
  for (const key of Object.keys(value)) {
    if (!Object.hasOwn(known, key)) {
      throw configError(`${where} has no option "${key}"; it knows ${Object.keys(known).join(', ')}`);
    }
  }
}

function readUrl(value: string, name: string): URL {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw configError(`${name} must be an http:// or https:// URL such as http://127.0.0.1:4318`);
  }
  if (url.username !== '' || url.password !== '') throw configError(`${name} must not hold credentials; use key`);
  return url;
}

function readNumber(value: number | undefined, fallback: number, name: string, least: number, most: number): number {
  if (value === undefined) return fallback;
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw configError(`${name} must be a whole number from ${least} to ${most}`);
}

function readText(value: unknown, name: string, most: number): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string' && value.length > 0 && value.length <= most) return value;
  throw configError(`${name} must be a string of 1 to ${most} characters`);
}

/** An id as the contracts allow it: 1 to 200 characters, none of them a control character. */
export function readId(value: unknown, name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what is refused
  if (typeof value === 'string' && /^[^\u0000-\u001f\u007f]{1,200}$/.test(value) && value.isWellFormed()) return value;
  throw configError(`${name} must be a string of 1 to 200 characters without control characters`);
}

/**
 * Checks the options of `createHaltwire` and fills in the defaults.
 *
 * @throws HaltwireError `HALTWIRE_CONFIG` naming the option that is wrong or unknown.
 */
export function readOptions(
  options: HaltwireOptions,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Config {
  rejectUnknownKeys(options, optionKeys, 'createHaltwire');
  if (options.failMode !== undefined) rejectUnknownKeys(options.failMode, { readOnly: true }, 'failMode');
  const key = options.key ?? env.HALTWIRE_KEY;
  if (typeof key !== 'string' || !/^[\x21-\x7e]+$/.test(key)) {
    throw configError('key is missing or not printable: pass key or set HALTWIRE_KEY to the key of the agent');
  }
  const readOnlyFailMode = options.failMode?.readOnly ?? 'open';
  if (readOnlyFailMode !== 'open' && readOnlyFailMode !== 'closed') {
    throw configError('failMode.readOnly must be "open" or "closed"');
  }
  const dangerous = options.dangerouslyAllowRiskyWhenUnreachable ?? false;
  if (typeof dangerous !== 'boolean') throw configError('dangerouslyAllowRiskyWhenUnreachable must be true or false');
  if (options.resolveTargets !== undefined && typeof options.resolveTargets !== 'function') {
    throw configError('resolveTargets must be a function such as ambientTargets() of @haltwire/sdk/resolve');
  }
  const endpoint = readUrl(options.endpoint ?? env.HALTWIRE_ENDPOINT ?? 'http://127.0.0.1:4318', 'endpoint');
  return {
    key,
    endpoint,
    gatewayEndpoint:
      options.gatewayEndpoint === undefined ? endpoint : readUrl(options.gatewayEndpoint, 'gatewayEndpoint'),
    fingerprintKey: readText(
      options.fingerprintKey ?? (env.HALTWIRE_FINGERPRINT_KEY || undefined),
      'fingerprintKey',
      1024,
    ),
    gateTimeoutMs: readNumber(options.gateTimeoutMs, 10_000, 'gateTimeoutMs', 1, 3_600_000),
    readOnlyFailMode,
    allowRiskyWhenUnreachable: dangerous,
    maxUnsentEvents: readNumber(options.maxUnsentEvents, 10_000, 'maxUnsentEvents', 1, 1_000_000),
    flushIntervalMs: readNumber(options.flushIntervalMs, 100, 'flushIntervalMs', 0, 60_000),
    resolveTargets: options.resolveTargets,
    tracer: options.tracer,
    onWarning: options.onWarning ?? emitProcessWarning,
  };
}

/**
 * Checks the options of `haltwire.session`.
 *
 * @throws HaltwireError `HALTWIRE_CONFIG` naming the option that is wrong or unknown.
 */
export function readSessionOptions(options: SessionOptions): SessionConfig {
  rejectUnknownKeys(options, sessionKeys, 'session');
  const agent = typeof options.agent === 'string' ? { name: options.agent } : options.agent;
  rejectUnknownKeys(agent, agentKeys, 'agent');
  const task = typeof options.task === 'string' ? { text: options.task } : (options.task ?? {});
  rejectUnknownKeys(task, taskKeys, 'task');
  readText(options.cwd, 'cwd', 1024);
  return {
    agent: {
      name: readText(agent.name, 'agent.name', 200),
      id: readText(agent.id, 'agent.id', 200),
      version: readText(agent.version, 'agent.version', 200),
    },
    task: {
      id: readText(task.id, 'task.id', 200),
      text: readText(task.text, 'task.text', 100_000)?.slice(0, 4000),
      token: readText(task.token, 'task.token', 8192),
    },
    environment: readText(options.environment, 'environment', 64),
  };
}

const modes: Record<SessionMode, true> = { normal: true, plan: true, 'read-only': true, freeze: true, stop: true };

/** Checks a session's mode. Throws `HALTWIRE_CONFIG` for another word. */
export function readMode(mode: SessionMode): SessionMode {
  if (Object.hasOwn(modes, mode)) return mode;
  throw configError(`mode must be one of ${Object.keys(modes).join(', ')}`);
}

/** Checks the options of one call. */
export function readToolOptions(options: ToolOptions): ToolOptions {
  rejectUnknownKeys(options, toolKeys, 'tool');
  readText(options.cwd, 'cwd', 1024);
  return options;
}
