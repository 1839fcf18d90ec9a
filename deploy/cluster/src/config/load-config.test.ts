import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HaltwireError } from '@haltwire/schemas';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadClusterConfig, requireClickHouse } from './load-config.ts';
import type { Env } from './variables.ts';

const example = new URL('../../examples/haltwire.yaml', import.meta.url);

describe('the settings of the roles', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'haltwire-config-'));
    file = join(folder, 'haltwire.yaml');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const load = (yaml: string, env: Env = {}) => {
    writeFileSync(file, yaml);
    return loadClusterConfig({ file, env });
  };
  /** The message, with the file's folder cut away. */
  const faultsOf = (yaml: string, env: Env = {}): string[] => {
    try {
      load(yaml, env);
    } catch (error) {
      if (!HaltwireError.isInstance(error) || error.code !== 'HALTWIRE_CONFIG') throw error;
      return error.message.replaceAll(`${folder}/`, '').split('\n');
    }
    return [];
  };

  test('need nothing but brokers', () => {
    expect(load('kafka:\n  brokers: [k:9092]\n')).toMatchObject({
      listen: { host: '127.0.0.1', port: 4318 },
      kafka: { brokers: ['k:9092'], partitions: 12 },
      limits: { agentRequests: 16 },
      logLevel: 'info',
      shutdownSeconds: 20,
      fingerprintKey: undefined,
    });
  });

  test('the annotated example is valid, with its secrets from where it says', () => {
    const key = join(folder, 'fingerprint-key');
    writeFileSync(key, 'ours\n');
    const text = readFileSync(example, 'utf8').replace('/etc/haltwire/fingerprint-key', key);
    const password = ['fake', 'password'].join('-');
    const config = load(text, { HALTWIRE_KAFKA_SASL_PASSWORD: password });
    expect(config).toMatchObject({
      listen: { host: '0.0.0.0' },
      kafka: {
        compression: 'zstd',
        tls: { ca: '/etc/haltwire/kafka-ca.pem' },
        sasl: { username: 'haltwire', password },
      },
      taskTokenKeyFile: '/etc/haltwire/task-token-key.json',
      fingerprintKey: 'ours',
    });
  });

  test('the example shows every key there is', () => {
    const text = readFileSync(example, 'utf8');
    for (const key of Object.keys(load('kafka: {brokers: ["k:1"]}'))) {
      expect(text).toMatch(new RegExp(`^${key === 'fingerprintKey' ? 'fingerprintKeyFile' : key}:`, 'm'));
    }
  });

  test('the environment alone will do', () => {
    const env = { HALTWIRE_KAFKA_BROKERS: 'a:1, b:2', HALTWIRE_LISTEN_PORT: '0', HALTWIRE_FINGERPRINT_KEY: 'ours' };
    expect(loadClusterConfig({ env })).toMatchObject({
      kafka: { brokers: ['a:1', 'b:2'] },
      listen: { port: 0 },
      fingerprintKey: 'ours',
    });
  });

  test('HALTWIRE_CONFIG names the file; an option given in code wins', () => {
    writeFileSync(file, 'kafka: {brokers: ["named:1"]}');
    expect(loadClusterConfig({ env: { HALTWIRE_CONFIG: file } }).kafka.brokers).toEqual(['named:1']);
    const other = join(folder, 'other.yaml');
    writeFileSync(other, 'kafka: {brokers: ["given:1"]}');
    expect(loadClusterConfig({ file: other, env: { HALTWIRE_CONFIG: file } }).kafka.brokers).toEqual(['given:1']);
  });

  test('the environment wins over the file, key by key', () => {
    const yaml = [
      'listen: {host: 0.0.0.0, port: 1}',
      'kafka:',
      '  brokers: [file:1]',
      '  tls: {ca: /file.pem}',
      '  lingerMs: 5',
      'logLevel: error',
    ].join('\n');
    const env = {
      HALTWIRE_LISTEN_PORT: '2',
      HALTWIRE_KAFKA_BROKERS: 'env:2',
      HALTWIRE_KAFKA_TLS: 'true',
      HALTWIRE_KAFKA_TLS_CERT: '/env.pem',
      HALTWIRE_LOG_LEVEL: 'warn',
      HALTWIRE_KAFKA_LINGER_MS: '',
    };
    expect(load(yaml, env)).toMatchObject({
      listen: { host: '0.0.0.0', port: 2 },
      kafka: { brokers: ['env:2'], tls: { ca: '/file.pem', cert: '/env.pem' }, lingerMs: 5 },
      logLevel: 'warn',
    });
  });

  test.each<[string, Env, string[]]>([
    [
      '',
      {},
      [
        expect.stringMatching(
          /^haltwire\.yaml:1:1 kafka\.brokers: This must be a list.* Or set HALTWIRE_KAFKA_BROKERS\.$/,
        ),
      ],
    ],
    [
      'kafka:\n  broker: [k:1]\n  brokers: [k:1]\n',
      {},
      ['haltwire.yaml:2:3 kafka.broker: There is no key "broker" here: did you mean "brokers"?'],
    ],
    [
      'kafka:\n  brokers:\n    - k:1\n    - k2\n',
      {},
      [expect.stringMatching(/^haltwire\.yaml:4:7 kafka\.brokers\.1: must be host:port/)],
    ],
    [
      'kafka: {brokers: ["k:1"]}\nlisten:\n  prot: 1\n',
      {},
      ['haltwire.yaml:3:3 listen.prot: There is no key "prot" here: did you mean "port"?'],
    ],
    ['kafka: {brokers: ["k:1"]}\nlogLevel: loud\n', {}, ['haltwire.yaml:2:1 logLevel: Use one of: info, warn, error.']],
    [
      'kafka: {brokers: ["k:1"]}\nlimits: {agentRequests: 0}\n',
      {},
      [expect.stringMatching(/^haltwire\.yaml:2:10 limits\.agentRequests: /)],
    ],
    ['kafka: [\n', {}, [expect.stringMatching(/^haltwire\.yaml:2:1 This is not valid YAML/)]],
    ['just words\n', {}, ['haltwire.yaml:1:1 This must be keys with values below it, such as kafka:.']],
    ['kafka: {brokers: ["k:1"]}', { HALTWIRE_LISTEN_PORT: 'high' }, [expect.stringMatching(/^HALTWIRE_LISTEN_PORT: /)]],
    [
      'kafka: {brokers: ["k:1"]}',
      { HALTWIRE_KAFKA_BROKERS: 'k' },
      [expect.stringMatching(/^HALTWIRE_KAFKA_BROKERS: must be host:port/)],
    ],
    [
      'kafka: {brokers: ["k:1"]}',
      { HALTWIRE_KAFKA_BROKER: 'k:1' },
      [expect.stringMatching(/^HALTWIRE_KAFKA_BROKER: This is not a setting/)],
    ],
    ['kafka: {brokers: ["k:1"]}', { HALTWIRE_KAFKA_TLS: 'yes' }, [expect.stringMatching(/^HALTWIRE_KAFKA_TLS: /)]],
    [
      'kafka: {brokers: ["k:1"]}',
      { HALTWIRE_KAFKA_TLS: 'false', HALTWIRE_KAFKA_TLS_CA: '/x' },
      ['HALTWIRE_KAFKA_TLS_CA: This is set while HALTWIRE_KAFKA_TLS is false: choose one.'],
    ],
    [
      'kafka: {brokers: ["k:1"]}\nfingerprintKeyFile: /nowhere/key\n',
      {},
      [expect.stringMatching(/^\/nowhere\/key cannot be read: .*fingerprintKeyFile/)],
    ],
  ])('%j is refused with place, key and cure', (yaml, env, faults) => {
    expect(faultsOf(yaml, env)).toEqual(faults);
  });

  test('all faults are told at once', () => {
    expect(
      faultsOf('kafka: {brokers: ["k"]}\nlogLevel: loud\nprot: 1\n', { HALTWIRE_SHUTDOWN_SECONDS: '0' }),
    ).toHaveLength(4);
  });

  test('without a file, what is missing is named with its variable', () => {
    expect(() => loadClusterConfig({ env: {} })).toThrow(/^kafka\.brokers: .* Or set HALTWIRE_KAFKA_BROKERS\.$/);
  });

  test('a file that is not there is named, with who named it', () => {
    expect(() => loadClusterConfig({ file: 'nowhere.yaml', env: {} })).toThrow(
      /^nowhere\.yaml cannot be read: .*--config/,
    );
    expect(() => loadClusterConfig({ env: { HALTWIRE_CONFIG: 'nowhere.yaml' } })).toThrow(/HALTWIRE_CONFIG/);
  });

  test.each([
    ['as a wrong value', (secret: string) => `kafka: {brokers: ["k:1"], sasl: {mechanism: "${secret}"}}`],
    ['of another type', (secret: string) => `kafka: {brokers: "${secret}"}`],
    ['as an alias, by its first character', (secret: string) => `kafka: {brokers: ["k:1"], clientId: *${secret}}`],
    ['in broken YAML', (secret: string) => `kafka: {brokers: ["k:1"]\n password: ${secret}\n: ]`],
    ['as a duplicate key', (secret: string) => `a: ${secret}\na: ${secret}`],
  ])('a secret %s does not get into the message', (_where, yamlOf) => {
    const secret = ['not', 'a', 'real', 'password'].join('_');
    const faults = faultsOf(yamlOf(secret));
    expect(faults).not.toEqual([]);
    expect(faults.join('\n')).not.toContain(secret);
  });

  test('a secret of the environment does not get into the message', () => {
    const secret = ['fake', 'password'].join('-');
    const env = { HALTWIRE_KAFKA_SASL_MECHANISM: secret, HALTWIRE_KAFKA_SASL_PASSWORD: secret };
    expect(faultsOf('kafka: {brokers: ["k:1"]}', env).join('\n')).not.toContain(secret);
  });

  test('the section of ClickHouse is checked like the others, and only some roles cannot do without it', () => {
    const yaml = 'kafka: {brokers: ["k:1"]}\nclickhouse:\n  url: http://clickhouse:8123\n';
    const config = load(yaml, { HALTWIRE_CLICKHOUSE_USERNAME: 'ann' });
    expect(requireClickHouse(config).clickhouse).toMatchObject({ url: 'http://clickhouse:8123', username: 'ann' });
    expect(faultsOf(yaml.replace('http:', 'ftp:'))).toEqual([
      expect.stringMatching(/^haltwire\.yaml:3:3 clickhouse\.url: must be http/),
    ]);
    expect(faultsOf(yaml, { HALTWIRE_CLICKHOUSE_USER: 'ann' })).toEqual([
      expect.stringMatching(/^HALTWIRE_CLICKHOUSE_USER: This is not a setting/),
    ]);
    expect(() => requireClickHouse(load('kafka: {brokers: ["k:1"]}'))).toThrow(/HALTWIRE_CLICKHOUSE_URL/);
  });
});
