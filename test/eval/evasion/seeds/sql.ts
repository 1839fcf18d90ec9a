import type { Dice, SqlSeed } from '../types.ts';

const seed = (name: string, statement: string, benign = false): SqlSeed => ({ family: 'sql', name, benign, statement });

/** Statements that destroy. */
export function sqlSeeds({ word }: Dice): SqlSeed[] {
  const table = word();
  return [
    seed('drop table', `DROP TABLE ${table}`),
    seed('drop schema', `DROP SCHEMA ${table} CASCADE`),
    seed('drop database', `DROP DATABASE ${table}`),
    seed('truncate', `TRUNCATE TABLE ${table}`),
    seed('delete all', `DELETE FROM ${table}`),
    seed('update all', `UPDATE ${table} SET active = false`),
    seed('drop column', `ALTER TABLE ${table} DROP COLUMN email`),
  ];
}

/** Statements that do not, some of which speak of it. */
export function benignSqlSeeds({ word }: Dice): SqlSeed[] {
  const table = word();
  return [
    seed('select', `SELECT id, name FROM ${table} ORDER BY id LIMIT 10`, true),
    seed('select about a drop', `SELECT id FROM ${table} WHERE note = 'DROP TABLE users'`, true),
    seed('insert', `INSERT INTO ${table} (id, note) VALUES (1, 'delete me')`, true),
    seed('create table', `CREATE TABLE ${table}_new (id bigint PRIMARY KEY)`, true),
  ];
}
