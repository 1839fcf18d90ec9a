import type { EffectDraft } from '../../impact.ts';
import { add, type Call, credentialOf, type Handler, valuesOf } from '../call.ts';
import { each } from './each.ts';
import type { CommandTable } from './index.ts';

type Draft = Omit<EffectDraft, 'evidence' | 'system'>;

/** Tools that change a database's schema, whose subcommands speak of databases without saying so. */
const TOOLS =
  /^(?:prisma|drizzle-kit|alembic|sequelize(?:-cli)?|knex|typeorm|mikro-orm|artisan|rails|rake|dbmate|goose|flyway|liquibase|supabase|hasura|diesel|sqlx|migrate|ecto|doctrine|objection|kysely|waterline|django-admin|manage\.py|atlas|skeema|sqitch|ent|umzug|db-migrate|node-pg-migrate|graphile-migrate|payload|wp)$/;
/** Words that say that a database is meant. */
const ABOUT = /^(?:db|database|databases|schema|migrate|migration|migrations|sql|ecto|tables|seed|fixtures)$/;
/** Words that empty it. */
const EMPTIES = /^(?:reset|drop|dropall|flush|fresh|wipe|clean|purge|nuke|destroy|truncate|recreate|erase|zap)$/;
/** Words that undo steps: what they made is dropped. */
const UNDOES = /^(?:downgrade|rollback|undo|down|redo|revert|refresh)$/;
const EVERYTHING = /^(?:base|all|0|zero|--all|--to=0)$/;

/**
 * What a migration tool's words do to a database: `migrate reset`, `db:drop`, `downgrade base`, `push --force-reset`.
 * Undefined when they only add, or when nothing says that a database is meant.
 */
export function databaseReset(program: string, words: readonly string[]): Draft | undefined {
  const all = words.slice(0, 12).map((word) => word.slice(0, 200));
  const parts = all.filter((word) => !word.startsWith('-')).flatMap((word) => word.toLowerCase().split(/[:._/-]/));
  const about = TOOLS.test(program) || parts.some((part) => ABOUT.test(part)) || parts.some((part) => TOOLS.test(part));
  if (!about) return undefined;
  if (
    all.some((word) => /^--?(?:force-reset|accept-data-loss|drop|drop-?first|clean)$/.test(word)) ||
    /schema:load/.test(all.join(' '))
  )
    return { verb: 'delete', resource: 'database', scope: 'all', destructiveness: 1 };
  // `reset_password` and `drop-in` are no databases; the tool's own word has to stand alone.
  const emptied = parts.find((part) => EMPTIES.test(part));
  if (emptied !== undefined) return { verb: 'delete', resource: 'database', scope: 'all', destructiveness: 1 };
  if (parts.some((part) => UNDOES.test(part))) {
    const everything = all.some((word) => EVERYTHING.test(word)) || parts.includes('all') || parts.includes('refresh');
    const harm = everything
      ? ({ scope: 'all', destructiveness: 0.9 } as const)
      : ({ scope: 'many', destructiveness: 0.6 } as const);
    return { verb: 'delete', resource: 'table', ...harm };
  }
  if (parts.includes('push') || parts.includes('sync')) {
    const forced = all.includes('--force') || all.includes('-f');
    return {
      verb: 'update',
      resource: 'schema',
      destructiveness: forced ? 0.7 : 0.5,
      reversibility: forced ? 'irreversible' : 'recoverable',
    };
  }
  return undefined;
}

/** Adds the effect of a migration tool's words; false when they say nothing grave. */
export function noteReset(call: Call, program: string, words: readonly string[]): boolean {
  const draft = databaseReset(program, words);
  if (draft === undefined || words.some((word) => /^--(?:help|dry-run|plan|preview|sql)$/.test(word))) return false;
  add(call, { ...draft, system: program, credentialRef: credentialOf(call), note: words.slice(0, 5).join(' ') });
  return true;
}

const tool: Handler = (call) => {
  const words = valuesOf(call.args);
  if (noteReset(call, call.name, words)) return;
  const reads = words.some((word) =>
    /^(?:status|current|history|heads|show|list|check|validate|diff|studio|version|generate|format|info)$/.test(word),
  );
  add(call, {
    verb: reads ? 'read' : 'update',
    resource: 'schema',
    system: call.name,
    credentialRef: credentialOf(call),
    destructiveness: reads ? 0 : 0.3,
    confidence: reads ? 0.8 : 0.7,
  });
};

/** Tools of object-relational mappers. */
export const migrations: CommandTable = {
  ...each(
    'drizzle-kit alembic sequelize sequelize-cli knex typeorm mikro-orm dbmate goose flyway liquibase diesel sqlx sqitch skeema db-migrate node-pg-migrate umzug',
    tool,
  ),
};
