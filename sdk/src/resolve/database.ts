import { join } from 'node:path';
import { environmentIn } from './environment-name.ts';
import { envLines, textOf } from './settings.ts';
import type { ResolveContext, ResolvedTarget, TargetResolver } from './types.ts';

type Target = Omit<ResolvedTarget, 'resolver'>;

const systems: Readonly<Record<string, string>> = {
  postgres: 'postgresql',
  postgresql: 'postgresql',
  cockroachdb: 'postgresql',
  mysql: 'mysql',
  mariadb: 'mysql',
  mongodb: 'mongodb',
  redis: 'redis',
  rediss: 'redis',
  sqlserver: 'sqlserver',
  mssql: 'sqlserver',
  clickhouse: 'clickhouse',
  libsql: 'sqlite',
};

/** What migration tools read by themselves. */
const defaultNames = ['DATABASE_URL', 'DIRECT_URL', 'POSTGRES_URL', 'POSTGRES_PRISMA_URL', 'MYSQL_URL', 'MONGODB_URI'];
const migrationTool =
  /\b(?:prisma|drizzle(?:-kit)?|knex|sequelize|typeorm|mikro-orm|alembic|flask|manage\.py|django-admin|rails|rake|sqlx|diesel|goose|dbmate|migrate)\b/i;
const postgresClient = /\b(?:psql|pg_(?:dump|dumpall|restore)|dropdb|createdb|vacuumdb)\b/;
/** `$DATABASE_URL`, `${MONGO_URI}`, `process.env.REDIS_URL`. */
const mention = /(?:\$\{?|env\.|environ\[["']|getenv\(["'])([A-Z][A-Z0-9_]{0,40}_UR[LI])\b/g;

/** Databases behind `DATABASE_URL` and its kin, in the environment or in a `.env` file. Users and passwords stay behind. */
export const database: TargetResolver = {
  name: 'database',
  concerns: new RegExp(`${migrationTool.source}|${postgresClient.source}|_UR[LI]\\b`, 'i'),
  resolve(context) {
    const mentioned = [...new Set([...context.text.matchAll(mention)].map((match) => match[1] ?? ''))].slice(0, 8);
    if (mentioned.length > 0) return mentioned.flatMap((name) => lookUp(context, [name]).slice(0, 1));
    if (migrationTool.test(context.text)) return lookUp(context, defaultNames);
    return postgresClient.test(context.text) ? postgresSettings(context) : [];
  },
};

/** The first place that knows any of the names: the environment wins over files, as it does for the tools. */
function lookUp(context: ResolveContext, names: readonly string[]): Target[] {
  const own = targetsIn((name) => context.env[name], names, 'the environment');
  if (own.length > 0) return own;
  for (const folder of context.files.upwards(context.cwd)) {
    for (const file of envFilesOf(context.text)) {
      const text = context.files.read(join(folder, file));
      const lines = text === undefined ? undefined : envLines(text);
      const found = lines === undefined ? [] : targetsIn((name) => lines.get(name), names, file);
      if (found.length > 0) return found;
    }
  }
  return [];
}

/** A file that the call names goes first; then as most tools have it. */
function envFilesOf(text: string): string[] {
  const named = /(?<![\w.-])\.env\.[\w-]{1,40}(?![\w.-])/.exec(text)?.[0];
  return [...(named === undefined ? [] : [named]), '.env.local', '.env'];
}

function targetsIn(read: (name: string) => string | undefined, names: readonly string[], place: string): Target[] {
  return names.flatMap((name) => {
    const target = targetOf(read(name) ?? '');
    return target === undefined ? [] : [{ ...target, evidence: `${name} in ${place}` }];
  });
}

function targetOf(text: string): Omit<Target, 'evidence'> | undefined {
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9]{1,20})(?:\+[a-z0-9]{1,20})?:\/\/(.+)$/i.exec(text) ?? [];
  const system = systems[scheme.toLowerCase()];
  if (system === undefined) return undefined;
  // By hand, because a password may hold what URL refuses: whatever stands before the last @ stays here.
  const place = rest.slice(rest.lastIndexOf('@') + 1).split(/[?#]/)[0] ?? '';
  const [host = '', name = ''] = place.split(/\/(.*)/s);
  return host === '' ? undefined : named(system, name === '' ? host : `${host}/${name}`);
}

/** PostgreSQL's clients read PGHOST and PGDATABASE unless the call says better. */
function postgresSettings({ env, text }: ResolveContext): Target[] {
  const host = textOf(env.PGHOST);
  if (host === undefined || /\s(?:-h|--host)[= ]|:\/\//.test(text)) return [];
  const name = textOf(env.PGDATABASE);
  return [
    { ...named('postgresql', name === undefined ? host : `${host}/${name}`), evidence: 'PGHOST in the environment' },
  ];
}

function named(system: string, id: string): Omit<Target, 'evidence'> {
  const environment = environmentIn(id);
  return { system, id, ...(environment === undefined ? {} : { environment }) };
}
