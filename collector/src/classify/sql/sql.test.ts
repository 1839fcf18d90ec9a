import { parseSync } from 'libpg-query';
import { describe, expect, it } from 'vitest';
import { loadClassifier } from '../index.ts';

const { classify } = await loadClassifier();
const sql = (query: string) =>
  classify({ phase: 'intent', tool: { name: 'execute_sql' }, arguments: { query }, credentials: [] });
const worst = (query: string) => {
  const derived = sql(query);
  return derived.effects[derived.worst];
};

describe('SQL', () => {
  it.each([
    [
      'delete from users',
      { verb: 'delete', resource: 'row', scope: 'all', destructiveness: 0.9, target: { id: 'users' } },
    ],
    ['delete from users where 1=1', { verb: 'delete', scope: 'all' }],
    ['delete from users where true', { verb: 'delete', scope: 'all' }],
    ['delete from users where id = id', { verb: 'delete', scope: 'all' }],
    ['delete from users where id = 7 or true', { verb: 'delete', scope: 'all' }],
    ['delete from users where not false', { verb: 'delete', scope: 'all' }],
    ['delete from users where id is not null', { verb: 'delete', scope: 'all' }],
    ['delete from users where id = 7', { verb: 'delete', scope: 'one', destructiveness: 0.5 }],
    ['delete from users where age > 7', { verb: 'delete', scope: 'many' }],
    ['update users set admin = true', { verb: 'update', scope: 'all', destructiveness: 0.9 }],
    ['update users set admin = true where id = 7', { verb: 'update', scope: 'one', destructiveness: 0.3 }],
    ['drop table a, b', { verb: 'delete', resource: 'table', scope: 'many', target: { id: 'a,b' } }],
    ['drop table s.a cascade', { verb: 'delete', resource: 'table', destructiveness: 1, target: { id: 's.a' } }],
    ['drop database app', { verb: 'delete', resource: 'database', destructiveness: 1, target: { id: 'app' } }],
    ['drop schema public cascade', { verb: 'delete', resource: 'schema', destructiveness: 1 }],
    ['truncate users', { verb: 'delete', resource: 'table', scope: 'all' }],
    ['alter table users drop column email', { verb: 'delete', resource: 'column' }],
    ['alter table users add column x int', { verb: 'update', resource: 'table' }],
    ['grant all on users to public', { verb: 'grant' }],
    ['insert into users values (1)', { verb: 'create', resource: 'row', target: { id: 'users' } }],
    ['with gone as (delete from users returning *) select * from gone', { verb: 'delete', scope: 'all' }],
    ['explain analyze delete from users', { verb: 'delete', scope: 'all' }],
    ['select 1; drop table users', { verb: 'delete', resource: 'table' }],
    ['/* note */ -- more\ndrop table users', { verb: 'delete', resource: 'table' }],
    [`copy users to program 'sh'`, { verb: 'execute', resource: 'program' }],
    [`do $$ begin delete from users; end $$`, { verb: 'delete', scope: 'all' }],
    [`do $x$ begin execute 'drop table users'; end $x$`, { verb: 'delete', resource: 'table' }],
    ['drop table backup_2024', { verb: 'delete', touchesBackups: true }],
  ])('%s', (query, expected) => {
    expect(worst(query)).toMatchObject(expected);
  });

  it('is read-only for a plain query, and unsure when a function may write', () => {
    expect(sql('select id, count(*) from users group by id')).toMatchObject({ readOnly: true });
    expect(sql('explain delete from users')).toMatchObject({ readOnly: false, effects: [{ verb: 'read' }] });
    expect(sql('select pg_terminate_backend(1)')).toMatchObject({
      readOnly: false,
      effects: [{ confidence: 0.7 }, { verb: 'execute', resource: 'function' }],
    });
    expect(sql('select * from users for update')).toMatchObject({ readOnly: false });
    expect(sql('select * into copy from users')).toMatchObject({ effects: [{ verb: 'create' }] });
  });

  it.each([
    ['MySQL', 'DELETE FROM `users`', { verb: 'delete', scope: 'all' }],
    ['ClickHouse', 'ALTER TABLE t DELETE WHERE 1', { verb: 'delete' }],
    ['SQL Server', 'DROP TABLE [dbo].[users]', { verb: 'delete', resource: 'table' }],
    ['SQL Server, inner', "EXEC sp_executesql N'DROP TABLE users'", { verb: 'delete', resource: 'table' }],
    ['BigQuery', 'CREATE OR REPLACE TABLE `p.d.t` AS SELECT 1 AS `a b`', { verb: 'delete', resource: 'table' }],
    ['MySQL, a tautology', 'DELETE FROM `users` WHERE `id` = `id`', { verb: 'delete', scope: 'all' }],
    [
      'MySQL, a condition',
      'DELETE FROM `users` WHERE `id` = 3',
      { verb: 'delete', scope: 'many', destructiveness: 0.5 },
    ],
    ['MySQL, run from a comment', '/*!50000 DROP TABLE `users` */', { verb: 'delete', resource: 'table' }],
    ['Hive', 'INSERT OVERWRITE TABLE `t` SELECT * FROM s', { verb: 'update', scope: 'all' }],
    ['a CTE', 'WITH `x` AS (DELETE FROM t RETURNING *) SELECT * FROM `x`', { verb: 'delete', scope: 'all' }],
    ['broken', 'drop table users (', { verb: 'delete', resource: 'table' }],
  ])('reads other dialects by their words, less sure: %s', (_dialect, query, expected) => {
    const derived = sql(query);
    expect(derived.effects[derived.worst]).toMatchObject({ ...expected, confidence: 0.7 });
    expect(derived.readOnly).toBe(false);
  });

  it.each([
    ['a NUL character', 'select 1\0; drop table users'],
    ['a quote that dialects read differently', "select `a`, '\\'; drop table users; -- '"],
    ['no statement that is known', 'frobnicate the `users`'],
    ['more than the grammar is asked about', `select ${'`a`, '.repeat(6000)} b; drop table users`],
  ])('is opaque with %s', (_what, query) => {
    expect(sql(query).opaque).toBeTypeOf('string');
  });

  it('reads a long text without the grammar', () => {
    const { effects, opaque } = sql(`insert into t values ${"('x'), ".repeat(1000)} ('y'); drop table users`);
    expect(effects).toMatchObject([{ verb: 'create' }, { verb: 'delete', resource: 'table', target: { id: 'users' } }]);
    expect(opaque).toBeUndefined();
  });

  it.each([
    ['operators', `select ${Array(40_000).fill('1').join('+')}`],
    ['subqueries', `select ${'(select '.repeat(20_000)}1${')'.repeat(20_000)}`],
    ['brackets', `select ${'('.repeat(60_000)}`],
    ['unions', `select 1 ${'union select 1 '.repeat(30_000)}`],
    ['casts', `select 1${'::int'.repeat(12_000)}`],
    ['negations', `select ${'not '.repeat(15_000)}true`],
  ])('refuses text that would overflow the parser, and leaves it usable: %s', (_what, query) => {
    expect(sql(query).opaque).toBeTypeOf('string');
    expect(parseSync('select 1').stmts).toHaveLength(1);
  });

  it('survives thousands of refused texts', () => {
    for (let turn = 0; turn < 2000; turn++) sql(`select ${'('.repeat(turn % 300)}`);
    expect(sql('drop table users').opaque).toBeUndefined();
  });

  it('finds SQL that a shell client is given', () => {
    const run = (command: string) =>
      classify({ phase: 'intent', tool: { name: 'bash' }, arguments: { command }, cwd: '/srv', credentials: [] });
    for (const command of [
      `psql -h db.example -U me app -c 'drop table users'`,
      `psql app <<SQL\ndrop table users;\nSQL`,
      `echo 'drop table users' | psql app`,
      `mysql -h db.example -e 'drop table users' app`,
      `sqlite3 app.db 'drop table users'`,
      `docker exec -it db psql -U me -c "drop table users"`,
      `kubectl exec pod/db -- psql -c "drop table users"`,
      `PGPASSWORD=x psql -c "drop table users"`,
      'DROP TABLE users',
    ]) {
      const { effects } = run(command);
      const seen = effects.some((effect) => effect.verb === 'delete' && effect.resource === 'table');
      expect([command, seen]).toEqual([command, true]);
    }
  });
});
