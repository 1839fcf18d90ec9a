import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TOPIC } from '@haltwire/schemas';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePorts } from '../broker/ports.ts';
import { type KafkaConfigInput, parseKafkaConfig } from '../config/config.ts';
import { openKafkaLog } from '../open-kafka-log.ts';
import { readToEnd } from '../testing/read.ts';
import { describeWithKafka, freshTopics, useBroker } from '../testing/test-broker.ts';

const password = ['clearly', 'fake'].join('-');

/** A token as Kafka's own unsecured validator takes it: for tests only. */
function unsecuredToken(): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  return `${part({ alg: 'none' })}.${part({ sub: 'collector', iat: now, exp: now + 3600 })}.`;
}

describeWithKafka('signing in to a broker', () => {
  let folder: string;
  let saslPort = 0;
  let tlsPort = 0;
  let tokens: Server;
  let tokenUrl = '';
  let asked: (string | undefined)[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'haltwire-sign-in-'));
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
    const files = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...files, ...subject], {
      stdio: 'ignore',
    });
    tokens = createServer((request, response) => {
      asked.push(request.headers.authorization);
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ access_token: unsecuredToken(), expires_in: 3600 }));
    });
    await new Promise<void>((resolve) => tokens.listen(0, '127.0.0.1', resolve));
    const address = tokens.address();
    tokenUrl = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/token`;
  });
  afterAll(async () => {
    await new Promise((resolve) => tokens.close(resolve));
    await rm(folder, { recursive: true, force: true });
  });

  const kafka = useBroker(async () => {
    const [port = 0, controllerPort = 0, sasl = 0, tls = 0] = await freePorts(4);
    saslPort = sasl;
    tlsPort = tls;
    const pem = (name: string) => readFileSync(join(folder, name), 'utf8').trim().replaceAll('\n', '\\n');
    const plain = 'org.apache.kafka.common.security.plain.PlainLoginModule required';
    const scram = 'org.apache.kafka.common.security.scram.ScramLoginModule required;';
    const oauth =
      'org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";';
    return {
      port,
      scramUsers: { collector: password },
      overrides: {
        'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
        listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort},SASL://127.0.0.1:${sasl},TLS://localhost:${tls}`,
        'advertised.listeners': `PLAINTEXT://127.0.0.1:${port},SASL://127.0.0.1:${sasl},TLS://localhost:${tls}`,
        'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL:SASL_PLAINTEXT,TLS:SASL_SSL',
        'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,OAUTHBEARER',
        ...Object.fromEntries(
          ['sasl', 'tls'].flatMap((name) => [
            [`listener.name.${name}.plain.sasl.jaas.config`, `${plain} user_collector="${password}";`],
            [`listener.name.${name}.scram-sha-256.sasl.jaas.config`, scram],
            [`listener.name.${name}.oauthbearer.sasl.jaas.config`, oauth],
          ]),
        ),
        'listener.name.sasl.oauthbearer.sasl.server.callback.handler.class':
          'org.apache.kafka.common.security.oauthbearer.internals.unsecured.OAuthBearerUnsecuredValidatorCallbackHandler',
        'ssl.keystore.type': 'PEM',
        'ssl.keystore.certificate.chain': pem('cert.pem'),
        'ssl.keystore.key': pem('key.pem'),
      },
    };
  });

  /** Appends and reads back through the given listener. */
  async function works(settings: Partial<KafkaConfigInput>): Promise<void> {
    const { topicPrefix } = await kafka.topics();
    const config = await freshTopics(settings.brokers?.[0] ?? '', { ...settings, topicPrefix });
    const log = openKafkaLog({ config });
    await log.sink.append(TOPIC.inputs, [{ key: 'a', value: 'signed in' }]);
    await log.snapshots.save(0, { partition: 0, offset: 1, index: 0 }, [{ key: 'agent:a', value: '1' }]);
    expect(await readToEnd(log.source, TOPIC.inputs)).toMatchObject([{ value: 'signed in' }]);
    await log.close();
  }

  test.each(['plain', 'scram-sha-256'] as const)('%s', async (mechanism) => {
    await works({ brokers: [`127.0.0.1:${saslPort}`], sasl: { mechanism, username: 'collector', password } });
  });

  test('oauthbearer with a token file', async () => {
    const tokenFile = join(folder, 'token');
    await writeFile(tokenFile, `${unsecuredToken()}\n`);
    await works({ brokers: [`127.0.0.1:${saslPort}`], sasl: { mechanism: 'oauthbearer', tokenFile } });
  });

  test('oauthbearer with client credentials, asked for once', async () => {
    asked = [];
    const sasl = { mechanism: 'oauthbearer', tokenUrl, clientId: 'me', clientSecret: password } as const;
    const config = await freshTopics(`127.0.0.1:${saslPort}`, { sasl });
    asked = [];
    const log = openKafkaLog({ config });
    await log.sink.append(TOPIC.inputs, [{ key: 'a', value: 'x' }]);
    expect(await readToEnd(log.source, TOPIC.inputs)).toHaveLength(1);
    await log.close();
    expect(asked).toEqual([`Basic ${Buffer.from(`me:${password}`).toString('base64')}`]);
  });

  test('tls with an authority of one’s own, and scram over it', async () => {
    await works({
      brokers: [`localhost:${tlsPort}`],
      tls: { ca: join(folder, 'cert.pem') },
      sasl: { mechanism: 'scram-sha-256', username: 'collector', password },
    });
  });

  test('a wrong password is refused as such, at once, and is not in the message', async () => {
    const wrong = `${password}-wrong`;
    const { topicPrefix } = await kafka.topics();
    const config = parseKafkaConfig({
      brokers: [`127.0.0.1:${saslPort}`],
      topicPrefix,
      sasl: { mechanism: 'scram-sha-256', username: 'collector', password: wrong },
    });
    const log = openKafkaLog({ config });
    const refused = await log.sink.append(TOPIC.inputs, [{ key: 'a', value: 'x' }]).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'HALTWIRE_UNAUTHENTICATED', message: expect.stringMatching(/kafka\.sasl/) });
    expect(String(refused)).not.toContain(wrong);
    const reader = log.source.read(TOPIC.inputs, 0, { signal: new AbortController().signal });
    await expect(reader[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'HALTWIRE_UNAUTHENTICATED' });
    await log.close();
  });

  test('a certificate that nobody we trust has signed is refused', async () => {
    const { topicPrefix } = await kafka.topics();
    const config = parseKafkaConfig({ brokers: [`localhost:${tlsPort}`], topicPrefix, tls: true });
    const log = openKafkaLog({ config });
    await expect(log.sink.append(TOPIC.inputs, [{ key: 'a', value: 'x' }])).rejects.toMatchObject({
      code: 'HALTWIRE_UNAVAILABLE',
      message: expect.stringMatching(/certificate/),
    });
    await log.close();
  });
});
