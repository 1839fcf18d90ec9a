import { describe, expect, test } from 'vitest';
import { parseKafkaConfig } from './config.ts';
import { KAFKA_VARIABLES, kafkaConfigFromEnv } from './env.ts';

const brokers = ['kafka-1.internal:9093'];

describe('the settings of Kafka', () => {
  test('need nothing but brokers', () => {
    expect(parseKafkaConfig({ brokers })).toMatchObject({ partitions: 12, replication: 3, lingerMs: 2, tls: false });
  });

  test('name an unknown key and its cure', () => {
    expect(() => parseKafkaConfig({ brokers, lingerMS: 3, tls: { cafile: 'x' } })).toThrow(
      /kafka\.lingerMS: unknown; check the spelling or remove it/,
    );
  });

  test.each([
    [{ brokers: ['kafka-1'] }, /kafka\.brokers\.0: must be host:port/],
    [{ brokers: [] }, /kafka\.brokers: needs at least one host:port/],
    [{ brokers, replication: 0 }, /kafka\.replication/],
    [{ brokers, lingerMs: 60 }, /kafka\.lingerMs/],
    [{ brokers, heartbeatMs: 3000 }, /kafka\.heartbeatMs: must be at most a third of sessionTimeoutMs/],
    [{ brokers, topicPrefix: 'a b' }, /kafka\.topicPrefix: may hold letters/],
    [{ brokers, sasl: { mechanism: 'oauthbearer' } }, /kafka\.sasl\.tokenFile: give either tokenFile, or tokenUrl/],
    [{ brokers, sasl: { mechanism: 'plain', username: 'a', password: 'b' } }, /kafka\.tls: must be on with sasl/],
  ])('say what is wrong with %j', (input, message) => {
    expect(() => parseKafkaConfig(input)).toThrow(message);
  });

  test('never show a value: it may be a secret', () => {
    const secret = ['not', 'a', 'real', 'password'].join('-');
    const sasl = { mechanism: secret, username: 'a', password: 5, [`${'x'}`]: secret };
    try {
      parseKafkaConfig({ brokers, sasl });
      expect.unreachable();
    } catch (error) {
      expect(String(error)).not.toContain(secret);
    }
  });
});

describe('the settings from the environment', () => {
  test('every variable reaches its setting', () => {
    const values: Record<string, string> = {
      HALTWIRE_KAFKA_BROKERS: 'a:1, b:2',
      HALTWIRE_KAFKA_TLS: 'true',
      HALTWIRE_KAFKA_TLS_CA: '/ca.pem',
      HALTWIRE_KAFKA_SASL_MECHANISM: 'scram-sha-512',
      HALTWIRE_KAFKA_SASL_USERNAME: 'collector',
      HALTWIRE_KAFKA_SASL_PASSWORD: 'fake',
      HALTWIRE_KAFKA_PARTITIONS: '24',
      HALTWIRE_KAFKA_COMPRESSION: 'zstd',
      PATH: '/bin',
    };
    expect(kafkaConfigFromEnv(values)).toMatchObject({
      brokers: ['a:1', 'b:2'],
      tls: { ca: '/ca.pem' },
      sasl: { mechanism: 'scram-sha-512', username: 'collector', password: 'fake' },
      partitions: 24,
      compression: 'zstd',
    });
  });

  test.each([
    [{ HALTWIRE_KAFKA_BROKER: 'a:1' }, /HALTWIRE_KAFKA_BROKER is not a setting/],
    [{}, /HALTWIRE_KAFKA_BROKERS is not set/],
    [{ HALTWIRE_KAFKA_BROKERS: 'a:1', HALTWIRE_KAFKA_TLS: 'yes' }, /HALTWIRE_KAFKA_TLS: must be true or false/],
    [{ HALTWIRE_KAFKA_BROKERS: 'a:1', HALTWIRE_KAFKA_PARTITIONS: 'x' }, /HALTWIRE_KAFKA_PARTITIONS: must be a number/],
    [{ HALTWIRE_KAFKA_BROKERS: 'a:1', HALTWIRE_KAFKA_PARTITIONS: '0' }, /HALTWIRE_KAFKA_PARTITIONS: /],
    [{ HALTWIRE_KAFKA_BROKERS: 'a:1,b' }, /HALTWIRE_KAFKA_BROKERS: must be host:port/],
    [
      { HALTWIRE_KAFKA_BROKERS: 'a:1', HALTWIRE_KAFKA_TLS: 'false', HALTWIRE_KAFKA_TLS_CA: '/x' },
      /HALTWIRE_KAFKA_TLS is false while/,
    ],
  ])('name the variable: %j', (env, message) => {
    expect(() => kafkaConfigFromEnv(env)).toThrow(message);
  });

  test('are laid over those of a file, setting by setting', () => {
    const file = {
      brokers,
      tls: { ca: '/ca.pem' },
      sasl: { mechanism: 'scram-sha-256', username: 'collector' },
      partitions: 24,
    };
    const env = { HALTWIRE_KAFKA_SASL_PASSWORD: 'fake', HALTWIRE_KAFKA_PARTITIONS: '6', HALTWIRE_KAFKA_TLS_KEY: '/k' };
    expect(kafkaConfigFromEnv(env, file)).toMatchObject({
      brokers,
      tls: { ca: '/ca.pem', key: '/k' },
      sasl: { mechanism: 'scram-sha-256', username: 'collector', password: 'fake' },
      partitions: 6,
    });
  });

  test.each([
    [{}, { brokers, sasl: { mechanism: 'scram-sha-256', username: 'a' } }, /kafka\.sasl\.password/],
    [{ HALTWIRE_KAFKA_PARTITIONS: '0' }, { brokers, partitions: 24 }, /HALTWIRE_KAFKA_PARTITIONS: /],
    [{}, { brokers, partitions: 0 }, /kafka\.partitions: /],
    [{}, { brokers, lingerMS: 1 }, /kafka\.lingerMS: unknown/],
    [{}, { brokers: ['a'] }, /kafka\.brokers\.0: must be host:port/],
    [{ HALTWIRE_KAFKA_BROKERS: 'a' }, { brokers }, /HALTWIRE_KAFKA_BROKERS: must be host:port/],
    [{}, {}, /HALTWIRE_KAFKA_BROKERS is not set, nor kafka\.brokers/],
    [{}, 'kafka-1:9092', /kafka: /],
  ])('are named by where they were written: %j over %j', (env, file, message) => {
    expect(() => kafkaConfigFromEnv(env, file)).toThrow(message);
  });

  test('there is a variable for every setting', () => {
    const reached = new Set(Object.values(KAFKA_VARIABLES).map(({ path }) => path[0]));
    for (const key of Object.keys(parseKafkaConfig({ brokers }))) expect(reached).toContain(key);
  });
});
