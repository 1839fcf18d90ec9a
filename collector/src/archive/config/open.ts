import { readFileSync } from 'node:fs';
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { HaltwireError } from '@haltwire/schemas';
import type { ClickHouseConfig } from './config.ts';

/**
 * Makes the client of a ClickHouse server. It connects with its first request; the caller closes it.
 *
 * Throws `HALTWIRE_CONFIG` when a file of a certificate or password cannot be read, naming its key.
 *
 * @example
 * const client = openClickHouse(clickHouseConfigFromEnv(process.env));
 */
export function openClickHouse(config: ClickHouseConfig): ClickHouseClient {
  const { tls, compression } = config;
  return createClient({
    url: config.url,
    username: config.username,
    password: passwordOf(config),
    // No `database`: the archive makes its own, and a request that names one that is not there yet is refused.
    application: 'haltwire',
    request_timeout: config.requestTimeoutMs,
    // What went wrong is told once, by the archiver.
    log: { level: ClickHouseLogLevel.OFF },
    ...(compression === 'none' ? {} : { compression: { request: { codec: compression } } }),
    ...(tls === undefined ? {} : { tls: tlsOptions(tls) }),
  });
}

function passwordOf({ password, passwordFile }: ClickHouseConfig): string {
  if (passwordFile === undefined) return password ?? '';
  return readSetting(passwordFile, 'passwordFile')
    .toString('utf8')
    .replace(/\r?\n$/, '');
}

function tlsOptions(tls: NonNullable<ClickHouseConfig['tls']>) {
  const ca = readSetting(tls.ca, 'tls.ca');
  if (tls.cert === undefined || tls.key === undefined) return { ca_cert: ca };
  return { ca_cert: ca, cert: readSetting(tls.cert, 'tls.cert'), key: readSetting(tls.key, 'tls.key') };
}

function readSetting(path: string, key: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new HaltwireError(
      'HALTWIRE_CONFIG',
      `clickHouse.${key} cannot be read; check that the file is there and that this user may read it.`,
      { cause },
    );
  }
}
