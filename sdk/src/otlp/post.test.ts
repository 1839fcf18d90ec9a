import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPoster, readRetryAfter } from './post.ts';

let server: Server;
let endpoint: URL;
let answer: { status: number; headers?: Record<string, string>; body?: string } | undefined;
const paths: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    paths.push(`${request.method} ${request.url}`);
    request.resume();
    if (answer !== undefined) response.writeHead(answer.status, answer.headers).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/behind/a/proxy/`);
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function outcomeOf(given: typeof answer, timeoutMs = 5000) {
  answer = given;
  const poster = createPoster({ endpoint, key: 'k', timeoutMs });
  const outcome = await poster.post('{}');
  poster.close();
  return outcome;
}

test('a base path is kept', async () => {
  await outcomeOf({ status: 200 });
  expect(paths.at(-1)).toBe('POST /behind/a/proxy/v1/logs');
});

test('statuses are told apart as OTLP/HTTP has them', async () => {
  expect(await outcomeOf({ status: 200, body: '{}' })).toMatchObject({ kind: 'ok', rejected: 0 });
  expect(await outcomeOf({ status: 202, body: 'not JSON' })).toMatchObject({ kind: 'ok', rejected: 0 });
  const partial = '{"partialSuccess":{"rejectedLogRecords":"3","errorMessage":"wrong"}}';
  expect(await outcomeOf({ status: 200, body: partial })).toEqual({ kind: 'ok', rejected: 3, message: 'wrong' });
  for (const status of [429, 502, 503, 504]) expect(await outcomeOf({ status })).toMatchObject({ kind: 'retry' });
  for (const status of [301, 400, 401, 403, 404, 413, 500, 501]) {
    expect(await outcomeOf({ status })).toMatchObject({ kind: 'refused', status });
  }
});

test('what the collector says about an error is passed on', async () => {
  const body = '{"code":3,"message":"the body is no OTLP"}';
  expect(await outcomeOf({ status: 400, body })).toMatchObject({ message: '400 the body is no OTLP' });
});

test('Retry-After is followed, as seconds and as a date, within a minute', async () => {
  expect(await outcomeOf({ status: 503, headers: { 'retry-after': '2' } })).toMatchObject({ afterMs: 2000 });
  const base = Date.parse('2026-01-01T00:00:00Z');
  expect(readRetryAfter('Thu, 01 Jan 2026 00:00:05 GMT', base)).toBe(5000);
  expect(readRetryAfter('Wed, 31 Dec 2025 00:00:05 GMT', base)).toBe(0);
  expect(readRetryAfter('86400')).toBe(60_000);
  expect(readRetryAfter('soon')).toBeUndefined();
  expect(readRetryAfter(undefined)).toBeUndefined();
});

test('no answer and no server are reasons to try again, never exceptions', async () => {
  expect(await outcomeOf(undefined, 20)).toMatchObject({ kind: 'retry', message: 'no answer in time' });
  const poster = createPoster({ endpoint: new URL('http://127.0.0.1:9'), key: 'k', timeoutMs: 1000 });
  expect(await poster.post('{}')).toMatchObject({ kind: 'retry' });
  poster.close();
});
