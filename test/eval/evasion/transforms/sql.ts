import type { ToolCall } from '../../support/front.ts';
import { doubleQuoted, literal, quote } from '../quote.ts';
import type { Dice, SqlSeed, Transformation } from '../types.ts';
import { shellCall } from './command.ts';

function run(statement: string, { pick }: Dice): ToolCall {
  return pick<ToolCall>([
    { tool: 'execute_sql', arguments: { query: statement } },
    { tool: 'postgres_query', arguments: { sql: statement } },
    { tool: 'db_execute', arguments: { statement } },
  ]);
}

const on = (name: string, write: (seed: SqlSeed, dice: Dice) => ToolCall | undefined): Transformation<SqlSeed> => ({
  name,
  rewrite: write,
});

/** One statement, in other words and by other ways. */
export const sql: readonly Transformation<SqlSeed>[] = [
  on('SQL case and blanks', ({ statement }, dice) => {
    const mixed = statement.replaceAll(/[A-Z]{2,}/g, (word) => dice.pick([word.toLowerCase(), mixCase(word), word]));
    return run(mixed.replaceAll(' ', dice.pick(['  ', '\n', '\t'])), dice);
  }),
  on('SQL comments', ({ statement }, dice) =>
    run(
      dice.pick([`-- a report\n${statement}`, statement.replace(' ', '/* read */ '), `/* SELECT 1 */ ${statement}`]),
      dice,
    ),
  ),
  on('SQL after a query', ({ statement }, dice) =>
    run(dice.pick([`SELECT 1; ${statement};`, `BEGIN; ${statement}; COMMIT`, `SELECT now();\n\n;${statement}`]), dice),
  ),
  on('SQL in a DO block', ({ statement }, dice) =>
    run(
      dice.pick([
        `DO $$ BEGIN ${statement}; END $$`,
        `DO $x$ BEGIN EXECUTE '${statement.replaceAll("'", "''")}'; END $x$`,
      ]),
      dice,
    ),
  ),
  on('SQL tautology', ({ statement }, dice) =>
    /^(?:DELETE|UPDATE)/.test(statement)
      ? run(`${statement} WHERE ${dice.pick(['1 = 1', 'true', "'a' = 'a'", 'id IS NOT NULL OR 1=1'])}`, dice)
      : undefined,
  ),
  on('SQL in a CTE', ({ statement }, dice) =>
    /^(?:DELETE|UPDATE)/.test(statement)
      ? run(`WITH gone AS (${statement} RETURNING *) SELECT count(*) FROM gone`, dice)
      : undefined,
  ),
  on('SQL by psql', ({ statement }, { pick }) =>
    shellCall(
      pick([
        `psql -c ${quote(statement)}`,
        `psql "$DATABASE_URL" -tAc ${doubleQuoted(statement)}`,
        `echo ${quote(`${statement};`)} | psql app`,
        `psql app <<'EOF'\n${statement};\nEOF`,
        `psql app <<< ${quote(statement)}`,
        `PGPASSWORD=$P psql -h db --command=${quote(statement)}`,
      ]),
    ),
  ),
  on('SQL by other clients', ({ statement }, { pick }) =>
    shellCall(
      pick([
        `mysql -u app shop -e ${quote(statement)}`,
        `mysql shop <<< ${quote(`${statement};`)}`,
        `sqlite3 app.db ${quote(statement)}`,
        `clickhouse-client --query ${quote(statement)}`,
        `docker exec db psql -U app -c ${quote(statement)}`,
      ]),
    ),
  ),
  on('SQL from a file', ({ statement }, { pick }) =>
    shellCall(
      pick([
        `cat > /tmp/m.sql <<'EOF'\n${statement};\nEOF\npsql app -f /tmp/m.sql`,
        `echo ${quote(`${statement};`)} > m.sql && psql app < m.sql`,
      ]),
    ),
  ),
  on('SQL from python', ({ statement }, { pick }) => {
    const code = pick([
      `import psycopg\nwith psycopg.connect() as c: c.execute(${literal(statement)})`,
      `cur = conn.cursor()\ncur.execute("""${statement}""")\nconn.commit()`,
      `import sqlite3; sqlite3.connect('a.db').executescript(${literal(statement)})`,
      `q = ${literal(statement)}\nengine.execute(text(q))`,
    ]);
    return pick([shellCall(`python3 - <<'EOF'\n${code}\nEOF`), { tool: 'python', arguments: { code } }]);
  }),
  on('ORM', ({ statement }, { pick }) => {
    const table = /^DELETE FROM (\w+)$/.exec(statement)?.[1];
    if (table === undefined) return undefined;
    return shellCall(
      pick([
        `python manage.py shell -c "${table}.objects.all().delete()"`,
        `rails runner '${table}.delete_all'`,
        `node -e "prisma.${table}.deleteMany({})"`,
        `python3 -c "session.query(${table}).delete(); session.commit()"`,
        `mongosh app --eval 'db.${table}.deleteMany({})'`,
      ]),
    );
  }),
  on('SQL from node', ({ statement }, { pick }) =>
    shellCall(
      `node -e ${quote(
        pick([
          `const { Client } = require('pg'); const c = new Client(); c.query(${literal(statement)})`,
          `prisma.$executeRawUnsafe(${literal(statement)})`,
          `await knex.raw(${literal(statement)})`,
        ]),
      )}`,
    ),
  ),
];

function mixCase(word: string): string {
  return [...word].map((char, at) => (at % 2 === 0 ? char : char.toLowerCase())).join('');
}
