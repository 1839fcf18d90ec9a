import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openHistory } from './open-history.ts';

describe('the history folder', () => {
  let folder: string;
  let path: string;
  const warnings: string[] = [];
  const logger = { warn: (message: string) => warnings.push(message) };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'haltwire-history-'));
    path = join(folder, 'clickhouse');
    warnings.length = 0;
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const movedAside = () => readdirSync(folder).filter((name) => name.startsWith('clickhouse.damaged-'));

  test('opens, keeps its rows, and leaves no marker', async () => {
    const first = await openHistory(path, logger);
    await first.command({ query: 'CREATE TABLE t (a UInt8) ENGINE = MergeTree ORDER BY a' });
    await first.insert({ table: 't', values: [{ a: 7 }], format: 'JSONEachRow' });
    await first.close();
    const again = await openHistory(path, logger);
    const answer = await again.query({ query: 'SELECT a FROM t', format: 'JSONEachRow' });
    expect(await answer.json()).toEqual([{ a: 7 }]);
    await again.close();
    expect(existsSync(`${path}.opening`)).toBe(false);
    expect(warnings).toEqual([]);
  });

  test('a folder that cannot be opened is moved aside, and a new one is begun', async () => {
    writeFileSync(path, 'this is no folder');
    const client = await openHistory(path, logger);
    expect((await client.query({ query: 'SELECT 1 AS one', format: 'JSONEachRow' })).query_id).toBeTruthy();
    await client.close();
    expect(movedAside()).toHaveLength(1);
    expect(warnings[0]).toContain('rebuilding it from the log');
  });

  test('a folder that another server of this process keeps out is left as it is', async () => {
    const other = await openHistory(join(folder, 'other'), logger);
    mkdirSync(path);
    await expect(openHistory(path, logger)).rejects.toThrow(/one active data directory/);
    await other.close();
    expect(movedAside()).toEqual([]);
  });

  test('a folder whose opening took the process down is moved aside before it is tried again', async () => {
    mkdirSync(path);
    writeFileSync(`${path}.opening`, '');
    const client = await openHistory(path, logger);
    await client.close();
    expect(movedAside()).toHaveLength(1);
    expect(warnings[0]).toContain('took the server down');
    expect(existsSync(`${path}.opening`)).toBe(false);
  });
});
