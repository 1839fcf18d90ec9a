import http from 'node:http';
import { HaltwireError } from '@haltwire/schemas';
import { MemoryLog } from '@haltwire/schemas/testing';
import { afterEach, describe, expect, test } from 'vitest';
import { memoryRoleLog, testConfig } from '../testing/memory-role-log.ts';
import { remembered } from './checks.ts';
import type { RoleHost, RoleLog } from './role.ts';
import { type RunningRole, startRole } from './start-role.ts';

const running: RunningRole[] = [];
afterEach(async () => {
  for (const role of running.splice(0)) await role.close().catch(() => {});
});

async function start(
  body: (host: RoleHost) => void | Promise<void>,
  openLog: () => RoleLog = () => memoryRoleLog(new MemoryLog()),
) {
  const role = await startRole({ name: 'test', start: async (host) => body(host) }, testConfig(), { openLog });
  running.push(role);
  return role;
}

const readyz = async ({ url }: RunningRole) => {
  const answer = await fetch(`${url}/readyz`);
  return { status: answer.status, body: await answer.json() };
};

describe('a role', () => {
  test('answers for its health from the start, and is ready when all of its checks hold', async () => {
    let problem: string | undefined = 'the keys are being read';
    const role = await start((host) => host.addCheck('keys', () => problem));
    expect((await fetch(`${role.url}/healthz`)).status).toBe(200);
    expect(await readyz(role)).toEqual({
      status: 503,
      body: { ready: false, role: 'test', checks: { log: 'ok', keys: 'the keys are being read' } },
    });
    problem = undefined;
    expect(await readyz(role)).toMatchObject({ status: 200, body: { ready: true, checks: { keys: 'ok' } } });
  });

  test('a check that throws is a check that does not hold', async () => {
    const role = await start((host) => host.addCheck('x', () => Promise.reject(new Error('10.0.0.1 is away'))));
    expect(await readyz(role)).toMatchObject({ status: 503, body: { checks: { x: 'the check itself failed' } } });
  });

  test.each([
    ['HALTWIRE_UNAVAILABLE', 'Kafka does not answer'],
    ['HALTWIRE_NOT_FOUND', 'topics are missing; run: haltwire topics ensure'],
    ['HALTWIRE_FORBIDDEN', 'Kafka refuses access'],
    ['HALTWIRE_UNAUTHENTICATED', 'Kafka refuses the sign-in'],
  ] as const)('a log that fails with %s makes it unready, without its address', async (code, said) => {
    const memory = memoryRoleLog(new MemoryLog());
    const partitions = () => Promise.reject(new HaltwireError(code, 'connect ECONNREFUSED 10.0.0.1:9092'));
    const source: RoleLog['source'] = { partitions, end: memory.source.end, read: memory.source.read };
    const role = await start(
      () => {},
      () => ({ ...memory, source }),
    );
    expect(await readyz(role)).toMatchObject({ status: 503, body: { checks: { log: said } } });
  });

  test('tells the metrics of its parts, of the log, of its checks and of the process', async () => {
    const role = await start((host) => {
      host.addCheck('keys', () => 'no');
      host.addMetrics({ prefix: 'haltwire_test', table: { done: 'Done.' }, read: () => ({ done: 2 }) });
    });
    const text = await (await fetch(`${role.url}/metrics`)).text();
    expect(text).toMatch(/^haltwire_test_done_total 2$/m);
    expect(text).toMatch(/^haltwire_kafka_appends_total 0$/m);
    expect(text).toMatch(/^haltwire_role_ready\{check="log"\} 1$/m);
    expect(text).toMatch(/^haltwire_role_ready\{check="keys"\} 0$/m);
    expect(text).toMatch(/^process_cpu_seconds_total /m);
  });

  test('ends in order: steps while requests are served, requests under way, work, last steps, the log', async () => {
    const order: string[] = [];
    const arrived = Promise.withResolvers<void>();
    const held = Promise.withResolvers<void>();
    const role = await start(
      (host) => {
        host.app.get('/slow', async () => {
          arrived.resolve();
          await held.promise;
          order.push('request answered');
          return { done: true };
        });
        host.onStopped(() => order.push('stopped, added first'));
        host.onStopped(() => order.push('stopped, added last'));
        host.run('work', async (signal) => {
          await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
          order.push('work ended');
        });
        host.onStopping(() => order.push('stopping, added first'));
        host.onStopping(async () => order.push(`stopping, added last, ready: ${(await readyz(role)).status}`));
        host.app.addHook('preClose', async () => held.resolve());
      },
      () => memoryRoleLog(new MemoryLog(), () => order.push('log closed')),
    );
    // A connection that is kept alive must not hold the ending up.
    const agent = new http.Agent({ keepAlive: true });
    const answer = new Promise<number | undefined>((resolve, reject) =>
      http
        .get(`${role.url}/slow`, { agent }, (response) => {
          response.resume();
          resolve(response.statusCode);
        })
        .once('error', reject),
    );
    await arrived.promise;
    await role.close();
    expect(await answer).toBe(200);
    agent.destroy();
    expect(order).toEqual([
      'stopping, added last, ready: 503',
      'stopping, added first',
      'request answered',
      'work ended',
      'stopped, added last',
      'stopped, added first',
      'log closed',
    ]);
    await expect(fetch(`${role.url}/healthz`)).rejects.toThrow();
  });

  test('a step that fails does not keep the others from ending, and is told', async () => {
    let closed = false;
    const role = await start(
      (host) => host.onStopping(() => Promise.reject(new Error('no farewell'))),
      () =>
        memoryRoleLog(new MemoryLog(), () => {
          closed = true;
        }),
    );
    await expect(role.close()).rejects.toThrow(/did not stop cleanly/);
    expect(closed).toBe(true);
  });

  test('work that fails, or ends by itself, is a failure of the role', async () => {
    const gone = new Error('gone');
    const one = await start((host) => host.run('work', () => Promise.reject(gone)));
    await expect(one.failed).rejects.toBe(gone);
    const two = await start((host) => host.run('work', async () => {}));
    await expect(two.failed).rejects.toThrow('work ended by itself');
  });

  test('a port in use, or a start that fails, leaves nothing open', async () => {
    const first = await start(() => {});
    let closed = 0;
    const openLog = () =>
      memoryRoleLog(new MemoryLog(), () => {
        closed += 1;
      });
    const onItsPort = testConfig({ HALTWIRE_LISTEN_PORT: new URL(first.url).port });
    await expect(startRole({ name: 'second', start: async () => {} }, onItsPort, { openLog })).rejects.toMatchObject({
      code: 'HALTWIRE_CONFLICT',
      message: expect.stringContaining('HALTWIRE_LISTEN_PORT'),
    });
    const refuses = { name: 'third', start: () => Promise.reject(new Error('no key')) };
    await expect(startRole(refuses, testConfig(), { openLog })).rejects.toThrow('no key');
    expect(closed).toBe(2);
  });
});

describe('a check that asks another server', () => {
  test('asks once for many who want to know', async () => {
    let asked = 0;
    const check = remembered(() => `asked ${++asked}`, { late: 'late', freshMs: 60_000 });
    expect(await Promise.all([check(), check(), check()])).toEqual(['asked 1', 'asked 1', 'asked 1']);
    const again = remembered(() => `asked ${++asked}`, { late: 'late', freshMs: 0 });
    expect([await again(), await again()]).toEqual(['asked 2', 'asked 3']);
  });

  test('does not wait for ever', async () => {
    expect(await remembered(() => new Promise(() => {}), { late: 'late', timeoutMs: 1 })()).toBe('late');
  });
});
