import { bareWord, isFileName, isPathLike, isStop, nameOf } from './words.ts';

/** Programs whose name begins a paraphrase: what follows is a command with its operands in prose. */
const PROGRAMS = new Set(
  `alembic aws az bun cat chmod chown cp createdb curl dd del docker drizzle-kit dropdb env flyctl gcloud gh git helm heroku
  kill killall kubectl ls mkdir mv mysql node npm npx pip pkill pnpm podman prisma psql pulumi python python3 railway rd
  redis-cli remove-item rm rmdir robocopy rsync scp sed shred sqlite3 ssh sudo supabase systemctl taskkill terraform
  truncate vercel wget yarn`.split(/\s+/),
);

const SQL =
  /^(?:DROP|ALTER|TRUNCATE|DELETE FROM|INSERT INTO|(?:UPDATE|CREATE|SELECT|GRANT)(?!\s+(?:of|on|to|in)\b))\s+[A-Za-z*]/;
const CODE_CALL = /^([A-Za-z_][\w.]*\.[A-Za-z_]\w*)\(([^()]*)\)/;

/** A command that a paraphrase begins with: words up to the prose, flags wherever they stand, then the prose's operands. */
export function commandIn(text: string): string | undefined {
  const words = text.split(/\s+/);
  const [program = ''] = words;
  if (!PROGRAMS.has(/-/.test(program) ? program.toLowerCase() : program)) return undefined;
  const end = words.findIndex((word, at) => at > 0 && isStop(word));
  const head = (end === -1 ? words : words.slice(0, end)).map(lastAlternative);
  const rest = end === -1 ? [] : words.slice(end);
  const operands = operandsIn(rest);
  // A bare program acts on what the report speaks of next.
  const acts = head.length === 1 && operands.length === 0 ? ['target'] : operands;
  return [...head, ...flagsIn(rest), ...acts].join(' ');
}

/** `commit/push` says both: the last is what matters. Paths stay. */
function lastAlternative(word: string): string {
  return /^[a-z]+(?:\/[a-z]+)+$/.test(word) && !isFileName(word) ? (word.split('/').at(-1) ?? word) : word;
}

/** Flags, each with the value after it unless that is prose. */
function flagsIn(words: readonly string[]): string[] {
  return words.flatMap((word, at) => {
    if (!/^--?[A-Za-z]/.test(word)) return [];
    const value = words[at + 1];
    return value === undefined || isStop(value) || value.startsWith('-') ? [word] : [word, value];
  });
}

const BEFORE_OPERAND = new Set(['on', 'of', 'to', 'with', 'for', 'from']);

function operandsIn(words: readonly string[]): string[] {
  const paths = words.map(bareWord).filter((word, at) => isPathLike(word) && !(words[at - 1] ?? '').startsWith('-'));
  if (paths.length > 0) return paths;
  const at = words.findIndex((word, place) => {
    const next = words[place + 1];
    return BEFORE_OPERAND.has(word.toLowerCase()) && next !== undefined && !next.startsWith('-');
  });
  const name = at === -1 ? undefined : nameOf(words.slice(at + 1).join(' '));
  return name === undefined ? [] : [name];
}

/** A statement that a paraphrase begins with: what was left out is named, prose after it goes, parentheses are closed. */
export function statementIn(text: string): string | undefined {
  if (!SQL.test(text)) return undefined;
  const cut = text.search(/\s+(?:before|after|while|without|again)\b/);
  const statement = (cut === -1 ? text : text.slice(0, cut)).replaceAll(/\s*(?:\.\.\.|…)\s*/g, ' data ').trim();
  const named = /^DROP\s+(?:DATABASE|TABLE|SCHEMA)$/i.test(statement) ? `${statement} data` : statement;
  const open = (named.match(/\(/g)?.length ?? 0) - (named.match(/\)/g)?.length ?? 0);
  return named + ')'.repeat(Math.max(0, open));
}

/** A call in code that a paraphrase begins with: `os.remove() on the file` has the operand inside. */
export function codeIn(text: string): string | undefined {
  const [whole, callee, argument] = CODE_CALL.exec(text) ?? [];
  if (whole === undefined || callee === undefined) return undefined;
  const operand = argument === '' ? operandsIn(text.slice(whole.length).trim().split(/\s+/))[0] : undefined;
  return `${callee}(${operand === undefined ? argument : JSON.stringify(operand)})`;
}
