import { EVENT, GENAI, HALTWIRE, OTEL } from '@haltwire/schemas';
import { describe, expect, test } from 'vitest';
import { acknowledgementOf, openBench, rejectionOf } from './testing/with-server.ts';

async function resultOf(execute: () => unknown) {
  const { server, session } = await openBench();
  let thrown: unknown;
  const returned = await session.tool('shell', { command: 'ls' }, execute).catch((error: unknown) => {
    thrown = error;
  });
  await session.end();
  return { returned, thrown, attributes: server.eventsOf(EVENT.result)[0]?.attributes ?? {} };
}

describe('what a session may do', () => {
  test('is told in its place among the calls, and nothing else is taken for a mode', async () => {
    const { server, session } = await openBench();
    session.setMode('plan');
    await session.tool('shell', { command: 'ls' }, () => 'a');
    session.setMode('normal');
    expect(() => session.setMode('careful' as 'plan')).toThrow(/mode must be one of normal, plan/);
    await session.end();
    const told = server.events.filter(({ name }) => name === EVENT.sessionChanged || name === EVENT.intent);
    expect(told.map(({ name, attributes }) => [name, attributes[HALTWIRE.mode]])).toEqual([
      [EVENT.sessionChanged, 'plan'],
      [EVENT.intent, undefined],
      [EVENT.sessionChanged, 'normal'],
    ]);
  });
});

describe('what execute gives back reaches the agent as it is', () => {
  test('an error is rethrown, the very same, and recorded with its type', async () => {
    const failure = Object.assign(new TypeError('no such volume'), { code: 'ENOENT', stderr: '401 Unauthorized' });
    const { thrown, attributes } = await resultOf(() => {
      throw failure;
    });
    expect(thrown).toBe(failure);
    expect(attributes).toMatchObject({ [HALTWIRE.status]: 'error', [OTEL.errorType]: 'ENOENT' });
    expect(attributes[GENAI.toolCallResult]).toContain('no such volume');
    expect(attributes[GENAI.toolCallResult]).toContain('401 Unauthorized');
  });

  test.each<[string, () => unknown]>([
    ['undefined', () => undefined],
    ['a function', () => () => 1],
    ['a circular object', () => Object.assign({ name: 'loop' }, { self: {} as unknown })],
    ['a BigInt', () => ({ size: 10n })],
    ['a map of sets', () => new Map([['a', new Set([1])]])],
    ['lone surrogates', () => ({ text: '\ud800 and \udc00' })],
    ['bytes', () => new Uint8Array([0xff, 0xfe, 0x41])],
    ['a symbol', () => Symbol('s')],
    ['an invalid date', () => new Date(Number.NaN)],
    ['an object whose getter throws', () => Object.defineProperty({}, 'x', { enumerable: true, get: () => fail() })],
    ['an object whose toJSON throws', () => ({ toJSON: () => fail() })],
    ['a proxy that throws', () => new Proxy({}, { ownKeys: () => fail() })],
    ['a megabyte', () => '€'.repeat(350_000)],
    ['very deep nesting', () => nested(5000)],
  ])('%s', async (_name, make) => {
    const value = make();
    if (typeof value === 'object' && value !== null && 'self' in value) value.self = value;
    // A promise must not be given the chance to look into the value, as it would for a thenable.
    const { returned, attributes } = await resultOf(() => value);
    expect(returned).toBe(value);
    expect(attributes[HALTWIRE.status]).toBe('ok');
    const text = String(attributes[GENAI.toolCallResult]);
    expect(text.isWellFormed()).toBe(true);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(8192);
  });

  test.each([[undefined], [null], ['a string'], [Object.create(null)]])('an odd rejection: %s', async (odd) => {
    const { thrown, attributes } = await resultOf(() => Promise.reject(odd));
    expect(thrown).toBe(odd);
    expect(attributes[HALTWIRE.status]).toBe('error');
  });
});

describe('arguments that cannot be judged are refused by name', () => {
  const loop: Record<string, unknown> = {};
  loop.self = loop;
  test.each<[string, unknown, string]>([
    ['a function', { run: () => 1 }, '$.run is a function'],
    ['a date', { when: new Date(0) }, '$.when is a Date'],
    ['bytes', { body: [new Uint8Array(1)] }, '$.body[0] is a Uint8Array'],
    ['a loop', loop, '$.self refers back'],
    ['NaN', { n: Number.NaN }, '$.n is not a finite number'],
    ['a BigInt', { n: 1n }, '$.n is a bigint'],
    ['a promise', Promise.resolve(), '$ is a Promise'],
    ['too many values', { list: Array.from({ length: 60_000 }, () => 0) }, 'one of more than 50000 values'],
    ['deep nesting', nested(200), 'nested deeper than 60'],
  ])('%s', async (_name, args, words) => {
    const { server, session } = await openBench();
    const error = await rejectionOf(session.tool('shell', args, () => 1));
    expect(error).toMatchObject({ code: 'HALTWIRE_BAD_REQUEST' });
    expect(String(error)).toContain(words);
    expect(server.eventsOf(EVENT.intent)).toEqual([]);
  });

  test('more than a megabyte', async () => {
    const { session } = await openBench();
    const error = await rejectionOf(session.tool('write', { text: 'ab '.repeat(400_000) }, () => 1));
    expect(error).toMatchObject({ code: 'HALTWIRE_TOO_LARGE' });
  });

  test('a key named __proto__ stays data', async () => {
    const { server, session } = await openBench();
    const args = JSON.parse('{"command":"ls","__proto__":{"polluted":true}}') as { command: string };
    const acknowledged = acknowledgementOf(1);
    const received = await session.tool('shell', args, (given) => given);
    await acknowledged;
    expect(Object.getPrototypeOf(received)).toBe(Object.prototype);
    expect(Object.hasOwn(received, '__proto__')).toBe(true);
    expect(server.eventsOf(EVENT.intent)[0]?.attributes[GENAI.toolCallArguments]).toContain('polluted');
  });
});

function nested(depth: number): unknown {
  let value: unknown = 'core';
  for (let level = 0; level < depth; level++) value = { value };
  return value;
}

function fail(): never {
  throw new Error('must not escape');
}
