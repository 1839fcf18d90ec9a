import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openClickHouse } from '@haltwire/collector';
import { type ClickHouseProcess, startClickHouse } from '@haltwire/collector/testing';
import { TOPIC } from '@haltwire/schemas';
import { MemoryGroup, MemoryLog } from '@haltwire/schemas/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requireClickHouse } from '../config/load-config.ts';
import { memoryRoleLog, testConfig } from '../testing/memory-role-log.ts';
import { startArchiverRole } from './archiver-role.ts';
import { atMostEvery } from './at-most-every.ts';

const pause = () => new Promise((resolve) => setTimeout(resolve, 20));

describe('the archiver as a role', () => {
  let folder: string;
  let clickHouse: ClickHouseProcess;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'haltwire-archiver-'));
    clickHouse = await startClickHouse(join(folder, 'clickhouse'));
  });
  afterAll(async () => {
    await clickHouse.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  const config = () =>
    requireClickHouse(testConfig({ HALTWIRE_CLICKHOUSE_URL: clickHouse.url, HALTWIRE_CLICKHOUSE_LINGER_MS: '0' }));
  const append = (log: MemoryLog, count: number) =>
    log.append(
      TOPIC.inputs,
      Array.from({ length: count }, (_, n) => ({ key: `k${n}`, value: '{"type":"tick","v":1}' })),
    );
  const metric = async (url: string, name: string) => {
    const text = await (await fetch(`${url}/metrics`)).text();
    const lines = text.split('\n').filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
    return lines.map((line) => Number(line.split(' ').at(-1)));
  };

  test('copies the log into ClickHouse, each record once, and says how far it is behind', {
    timeout: 120_000,
  }, async () => {
    const log = new MemoryLog(2);
    await append(log, 30);
    const assign = () => new MemoryGroup(2).member();
    const archiver = await startArchiverRole(config(), { openLog: () => memoryRoleLog(log), assign });
    try {
      while ((await metric(archiver.url, 'haltwire_archive_rows_total'))[0] !== 30) await pause();
      while ((await fetch(`${archiver.url}/readyz`)).status !== 200) await pause();

      await clickHouse.kill();
      await append(log, 10);
      const readyz = async () => (await (await fetch(`${archiver.url}/readyz`)).json()) as { checks: object };
      while (!JSON.stringify(await readyz()).includes('ClickHouse does not answer')) await pause();
      expect((await fetch(`${archiver.url}/healthz`)).status).toBe(200);
      const lag = await metric(archiver.url, 'haltwire_archive_lag');
      expect(lag.reduce((sum, behind) => sum + behind, 0)).toBe(10);

      await clickHouse.start();
      while ((await metric(archiver.url, 'haltwire_archive_lag')).some((behind) => behind > 0)) await pause();
    } finally {
      await archiver.close();
    }
    const client = openClickHouse(config().clickhouse);
    const answer = await client.query({
      query: 'SELECT toUInt32(count()) AS rows FROM haltwire.inputs_once',
      format: 'JSONEachRow',
    });
    expect(await answer.json()).toEqual([{ rows: 40 }]);
    await client.close();
  });

  test('works on what it is assigned, and hands it over when it ends', async () => {
    const order: string[] = [];
    const assign = () => ({
      join: async (listener: (partitions: readonly number[]) => void) => {
        order.push('joined');
        listener([0]);
      },
      commit: () => {},
      leave: async () => void order.push('left'),
    });
    const openLog = () => memoryRoleLog(new MemoryLog(2), () => order.push('log closed'));
    const archiver = await startArchiverRole(config(), { openLog, assign });
    while ((await metric(archiver.url, 'haltwire_archive_partitions'))[0] !== 1) await pause();
    await archiver.close();
    expect(order).toEqual(['joined', 'left', 'log closed']);
  });

  test('does not start without ClickHouse in its settings', async () => {
    await expect(
      startArchiverRole(testConfig(), { openLog: () => memoryRoleLog(new MemoryLog()) }),
    ).rejects.toMatchObject({ code: 'HALTWIRE_CONFIG', message: expect.stringContaining('HALTWIRE_CLICKHOUSE_URL') });
  });
});

test('what fails often is told once in a while', () => {
  const said: string[] = [];
  const complain = atMostEvery(60_000, (message) => said.push(message));
  complain('first');
  complain('second');
  expect(said).toEqual(['first']);
});
