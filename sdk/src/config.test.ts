import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readOptions, readSessionOptions, readToolOptions } from './config.ts';
import { HaltwireError } from './errors.ts';
import { createHaltwire } from './haltwire.ts';
import { SDK_VERSION } from './version.ts';

test('the version is that of package.json', () => {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };
  expect(SDK_VERSION).toBe(manifest.version);
});

test('the environment fills in what the options leave out', () => {
  const env = {
    HALTWIRE_KEY: 'from-env',
    HALTWIRE_ENDPOINT: 'https://haltwire.example',
    HALTWIRE_FINGERPRINT_KEY: 'fk',
  };
  const config = readOptions({}, env);
  expect(config).toMatchObject({
    key: 'from-env',
    fingerprintKey: 'fk',
    gateTimeoutMs: 10_000,
    readOnlyFailMode: 'open',
  });
  expect(config.endpoint.origin).toBe('https://haltwire.example');
  expect(config.gatewayEndpoint).toBe(config.endpoint);
  expect(readOptions({ key: 'given' }, env).key).toBe('given');
  expect(readOptions({ key: 'given' }, {}).endpoint.href).toBe('http://127.0.0.1:4318/');
});

test.each<[string, Record<string, unknown>, string]>([
  ['an unknown option', { gateTimeout: 5 }, 'no option "gateTimeout"'],
  ['an unknown member', { failMode: { risky: 'open' } }, 'failMode has no option "risky"'],
  ['an unknown fail mode', { failMode: { readOnly: 'ajar' } }, 'failMode.readOnly'],
  ['a missing key', { key: undefined }, 'HALTWIRE_KEY'],
  ['a key with a line break', { key: 'a\r\nb' }, 'key is missing or not printable'],
  ['an endpoint that is no URL', { endpoint: 'localhost:4318' }, 'endpoint must be'],
  ['an endpoint with credentials', { endpoint: 'http://a:b@localhost' }, 'must not hold credentials'],
  ['a time limit that is none', { gateTimeoutMs: 0 }, 'gateTimeoutMs must be'],
  ['a spool without room', { maxUnsentEvents: 0.5 }, 'maxUnsentEvents must be'],
  ['a danger that is not a boolean', { dangerouslyAllowRiskyWhenUnreachable: 'yes' }, 'dangerously'],
])('%s is refused by name', (_name, options, words) => {
  const read = () => readOptions({ key: 'k', ...options }, {});
  expect(read).toThrow(words);
  expect(read).toThrow(expect.objectContaining({ code: 'HALTWIRE_CONFIG' }));
});

test('session and tool options are checked too', () => {
  expect(() => readSessionOptions({ agent: 'a', tasks: 'x' } as never)).toThrow('session has no option "tasks"');
  expect(() => readSessionOptions({ agent: { nam: 'a' } } as never)).toThrow('agent has no option "nam"');
  expect(() => readSessionOptions({ agent: 'a', task: { txt: 'a' } } as never)).toThrow('task has no option "txt"');
  expect(() => readToolOptions({ abort: 1 } as never)).toThrow('tool has no option "abort"');
  expect(readSessionOptions({ agent: 'a', task: 'do it' })).toMatchObject({
    agent: { name: 'a' },
    task: { text: 'do it' },
  });
});

test('a key that would cross the network readable is warned about', () => {
  const warnings: string[] = [];
  const onWarning = (warning: { code: string }) => warnings.push(warning.code);
  createHaltwire({ key: 'k', endpoint: 'http://collector.example', onWarning });
  createHaltwire({ key: 'k', endpoint: 'https://collector.example', onWarning });
  createHaltwire({ key: 'k', endpoint: 'http://127.0.0.1:4318', onWarning });
  expect(warnings).toEqual(['HALTWIRE_W005']);
});

test('an error is recognised across copies of the package', () => {
  const copy = new HaltwireError('HALTWIRE_CONFIG', 'x');
  expect(HaltwireError.isInstance(copy)).toBe(true);
  expect(HaltwireError.isInstance(new Error('x'))).toBe(false);
});
