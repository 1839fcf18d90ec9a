import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeCertificate, type TestCertificate } from '../../testing/certificate.ts';
import { type ClickHouseConfigInput, clickHouseConfigSchema, parseClickHouseConfig } from './config.ts';
import { CLICKHOUSE_VARIABLES, clickHouseConfigFromEnv } from './env.ts';
import { openClickHouse } from './open.ts';

const url = 'https://clickhouse.internal:8443';
type Made = TestCertificate & { readonly pem: string; readonly keyFile: string };

describe('the settings of ClickHouse', () => {
  test('need nothing but an address', () => {
    expect(parseClickHouseConfig({ url })).toEqual({
      url,
      username: 'default',
      database: 'haltwire',
      compression: 'none',
      requestTimeoutMs: 30_000,
      replicated: false,
      zookeeperPath: '/clickhouse/tables/{shard}/{database}/{table}',
      replica: '{replica}',
      retentionDays: -1,
      rollups: true,
      batchRows: 5000,
      lingerMs: 1000,
    });
  });

  test('name an unknown key and its cure', () => {
    expect(() => parseClickHouseConfig({ url, retentionDay: 3, tls: { ca: 'x', caFile: 'y' } })).toThrow(
      /clickHouse\.tls\.caFile: unknown; check the spelling or remove it; clickHouse\.retentionDay: unknown/,
    );
  });

  test.each([
    [{}, /clickHouse\.url: must be http/],
    [{ url: 'clickhouse:8123' }, /clickHouse\.url: must be http/],
    [{ url: 'http://a:b@host' }, /clickHouse\.url: must not hold a user or password/],
    [{ url: 'http://host?user=a' }, /clickHouse\.url: must not hold a user or password/],
    [{ url: 'http://host', tls: { ca: '/ca.pem' } }, /clickHouse\.url: must begin with https:/],
    [{ url, tls: { ca: '/ca.pem', cert: '/c.pem' } }, /clickHouse\.tls\.key: give cert and key together/],
    [{ url, tls: {} }, /clickHouse\.tls\.ca/],
    [{ url, database: 'a; DROP' }, /clickHouse\.database: must be letters/],
    [{ url, cluster: 'main' }, /clickHouse\.replicated: must be true with cluster/],
    [{ url, cluster: "c'" }, /clickHouse\.cluster: must be letters/],
    [{ url, zookeeperPath: "/a/{table}'" }, /clickHouse\.zookeeperPath: may hold/],
    [{ url, zookeeperPath: '/tables/{shard}' }, /clickHouse\.zookeeperPath: must hold \{table\}/],
    [{ url, replica: 'a b' }, /clickHouse\.replica: may hold/],
    [{ url, password: 'a', passwordFile: '/p' }, /clickHouse\.passwordFile: give either/],
    [{ url, retentionDays: 0 }, /clickHouse\.retentionDays/],
    [{ url, batchRows: 0 }, /clickHouse\.batchRows/],
    [{ url, compression: 'br' }, /clickHouse\.compression/],
  ])('say what is wrong with %j', (input, message) => {
    expect(() => parseClickHouseConfig(input)).toThrow(message);
  });

  test('never show a value: it may be a secret', () => {
    const secret = ['not', 'a', 'real', 'password'].join('-');
    const input = {
      url: `http://user:${secret}@host`,
      username: [secret],
      password: 7,
      compression: secret,
      database: `${secret} `,
      replica: `${secret} `,
      tls: secret,
    };
    let said = '';
    try {
      parseClickHouseConfig(input);
    } catch (error) {
      said = String(error);
    }
    expect(said).toContain('clickHouse.compression');
    expect(said).not.toContain(secret);
  });
});

describe('the settings from the environment', () => {
  const values: Record<string, string> = {
    HALTWIRE_CLICKHOUSE_URL: url,
    HALTWIRE_CLICKHOUSE_USERNAME: 'archiver',
    HALTWIRE_CLICKHOUSE_PASSWORD_FILE: '/run/password',
    HALTWIRE_CLICKHOUSE_DATABASE: 'audit',
    HALTWIRE_CLICKHOUSE_TLS_CA: '/ca.pem',
    HALTWIRE_CLICKHOUSE_TLS_CERT: '/cert.pem',
    HALTWIRE_CLICKHOUSE_TLS_KEY: '/key.pem',
    HALTWIRE_CLICKHOUSE_COMPRESSION: 'zstd',
    HALTWIRE_CLICKHOUSE_REQUEST_TIMEOUT_MS: '5000',
    HALTWIRE_CLICKHOUSE_CLUSTER: 'main',
    HALTWIRE_CLICKHOUSE_REPLICATED: 'true',
    HALTWIRE_CLICKHOUSE_ZOOKEEPER_PATH: '/t/{table}',
    HALTWIRE_CLICKHOUSE_REPLICA: 'r1',
    HALTWIRE_CLICKHOUSE_RETENTION_DAYS: '90',
    HALTWIRE_CLICKHOUSE_ROLLUPS: 'false',
    HALTWIRE_CLICKHOUSE_BATCH_ROWS: '100',
    HALTWIRE_CLICKHOUSE_LINGER_MS: '5',
  };

  test('every variable reaches its setting', () => {
    expect(clickHouseConfigFromEnv({ ...values, PATH: '/bin', HALTWIRE_CLICKHOUSE_PASSWORD: '' })).toEqual({
      url,
      username: 'archiver',
      passwordFile: '/run/password',
      database: 'audit',
      tls: { ca: '/ca.pem', cert: '/cert.pem', key: '/key.pem' },
      compression: 'zstd',
      requestTimeoutMs: 5000,
      cluster: 'main',
      replicated: true,
      zookeeperPath: '/t/{table}',
      replica: 'r1',
      retentionDays: 90,
      rollups: false,
      batchRows: 100,
      lingerMs: 5,
    });
    expect(Object.keys(values).length + 1).toBe(Object.keys(CLICKHOUSE_VARIABLES).length);
  });

  test('every setting has its variable', () => {
    const reached = new Set(Object.values(CLICKHOUSE_VARIABLES).map(({ path }) => path[0]));
    expect([...reached].sort()).toEqual(Object.keys(clickHouseConfigSchema.shape).sort());
  });

  test.each([
    [{}, /HALTWIRE_CLICKHOUSE_URL is not set/],
    [{ HALTWIRE_CLICKHOUSE_USER: 'a' }, /HALTWIRE_CLICKHOUSE_USER is not a setting/],
    [{ HALTWIRE_CLICKHOUSE_ROLLUPS: 'yes' }, /HALTWIRE_CLICKHOUSE_ROLLUPS: must be true or false/],
    [{ HALTWIRE_CLICKHOUSE_BATCH_ROWS: 'x' }, /HALTWIRE_CLICKHOUSE_BATCH_ROWS: must be a number/],
    [{ HALTWIRE_CLICKHOUSE_BATCH_ROWS: '0' }, /HALTWIRE_CLICKHOUSE_BATCH_ROWS: /],
    [{ HALTWIRE_CLICKHOUSE_TLS_CERT: '/c' }, /HALTWIRE_CLICKHOUSE_TLS_CA: /],
  ])('say what is wrong with %j', (env, message) => {
    const base =
      'HALTWIRE_CLICKHOUSE_USER' in env || Object.keys(env).length === 0 ? {} : { HALTWIRE_CLICKHOUSE_URL: url };
    expect(() => clickHouseConfigFromEnv({ ...base, ...env })).toThrow(message);
  });
});

describe('the client that the settings make', () => {
  const folder = mkdtempSync(join(tmpdir(), 'haltwire-clickhouse-'));
  const seen: http.IncomingHttpHeaders[] = [];
  const server = http.createServer((request, response) => {
    seen.push(request.headers);
    request.resume();
    request.on('end', () => response.end('Ok.\n'));
  });
  let port = 0;
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('signs in with the password of the file, without its last line break', async () => {
    const path = join(folder, 'password');
    writeFileSync(path, 'open sesame \n');
    const client = openClickHouse(
      parseClickHouseConfig({ url: `http://127.0.0.1:${port}`, username: 'a', passwordFile: path }),
    );
    await client.ping();
    await client.close();
    const [, encoded = ''] = seen.at(-1)?.authorization?.split(' ') ?? [];
    expect(Buffer.from(encoded, 'base64').toString()).toBe('a:open sesame ');
  });

  test.each(['gzip', 'zstd'] as const)('compresses inserts with %s when told so', async (compression) => {
    const client = openClickHouse(parseClickHouseConfig({ url: `http://127.0.0.1:${port}`, compression }));
    await client.insert({ table: 't', values: [{ a: 1 }], format: 'JSONEachRow' });
    await client.close();
    expect(seen.at(-1)?.['content-encoding']).toBe(compression);
  });

  test('trusts the authority of its settings over TLS, shows its certificate when it has one, and trusts no other', async () => {
    const [server, ours, other] = ['server', 'ours', 'other'].map((name) => {
      const { cert, key } = makeCertificate(name);
      writeFileSync(join(folder, `${name}.pem`), cert);
      writeFileSync(join(folder, `${name}.key`), key);
      return { cert, key, pem: join(folder, `${name}.pem`), keyFile: join(folder, `${name}.key`) };
    }) as [Made, Made, Made];
    const shown: string[] = [];
    const secure = https.createServer(
      { cert: server.cert, key: server.key, ca: ours.cert, requestCert: true, rejectUnauthorized: false },
      (request, response) => {
        const socket = request.socket as TLSSocket;
        shown.push(`${socket.getPeerCertificate().subject?.CN ?? 'nobody'} ${socket.authorized}`);
        response.end('Ok.\n');
      },
    );
    await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve));
    const address = `https://127.0.0.1:${(secure.address() as AddressInfo).port}`;
    const ping = async (tls: NonNullable<ClickHouseConfigInput['tls']>): Promise<boolean> => {
      const client = openClickHouse(parseClickHouseConfig({ url: address, tls }));
      const { success } = await client.ping();
      await client.close();
      return success;
    };
    expect(await ping({ ca: server.pem })).toBe(true);
    expect(await ping({ ca: server.pem, cert: ours.pem, key: ours.keyFile })).toBe(true);
    expect(await ping({ ca: other.pem })).toBe(false);
    expect(shown).toEqual(['nobody false', 'ours true']);
    secure.close();
  });

  test('is refused when a file cannot be read, naming the key and not the path', () => {
    const config = parseClickHouseConfig({ url, tls: { ca: join(folder, 'missing.pem') } });
    expect(() => openClickHouse(config)).toThrow(/clickHouse\.tls\.ca cannot be read/);
    expect(() => openClickHouse(config)).not.toThrow(/missing\.pem/);
  });
});
