import { LIMITS } from '../config.ts';
import type { Findings } from '../findings.ts';
import type { SqlContext } from './sql.ts';
import type { Meaning } from './statements.ts';
import { type SqlToken, sqlStatements } from './tokens.ts';

const all = { scope: 'all', destructiveness: 0.9, reversibility: 'irreversible' } as const;
const setting: Meaning = { verb: 'update', resource: 'setting', destructiveness: 0.1, reversibility: 'reversible' };
const read: Meaning = { verb: 'read', resource: 'table', confidence: 0.7 };

/** Kinds of things that hold a whole database. */
const WHOLE = /^(?:database|schema|keyspace|warehouse|catalog|dataset|owned)$/;
const KINDS =
  /^(?:table|view|index|column|partition|role|user|login|function|procedure|trigger|sequence|type|domain|policy|stage|stream|task|collection|tablespace|extension|constraint|rule|server|dictionary|materialized|external|dataset|database|schema|keyspace|warehouse|catalog|owned|publication|subscription)$/;
/** Words in front of the statement that counts: blocks, conditions, labels. */
const CONTROL =
  /^(?:begin|declare|if|then|else|elsif|loop|end|do|while|for|try|catch|atomic|as|is|not|exists|in|language|plpgsql)$/;
const WRITES = /^(?:insert|update|delete|merge|replace|truncate|drop|alter|create|grant)$/;

/**
 * Reads SQL by its own tokens, of any dialect and any length: each statement by the word that begins it. Less exact than
 * a grammar, and never sure; what no rule knows leaves the text opaque.
 */
export function addByTokens(findings: Findings, text: string, context: SqlContext, depth = 0): void {
  const { statements, cut } = sqlStatements(text, LIMITS.sqlTokens);
  for (const tokens of statements) findings.countTokens(tokens.length);
  if (cut || statements.length > LIMITS.operands) findings.unread('more SQL than is read');
  // Where a backslash hides a quote, dialects differ on where a text ends.
  if (text.includes("\\'")) findings.unclear(`${context.by}: SQL whose quotes dialects read differently`);
  for (const tokens of statements.slice(0, LIMITS.operands)) addTokens(findings, tokens, context, depth);
}

function addTokens(findings: Findings, tokens: readonly SqlToken[], context: SqlContext, depth: number): void {
  const start = tokens.findIndex(
    (token) => token.kind === 'word' && token.quoted !== true && !CONTROL.test(token.value),
  );
  const words = start === -1 ? [] : tokens.slice(start);
  for (const meaning of meaningsOf(words)) put(findings, context, meaning);
  if (words.length === 0 && tokens.length > 0)
    put(findings, context, { ...setting, verb: 'execute', resource: 'transaction', destructiveness: 0 });
  inner(findings, tokens, context, depth);
}

function put(findings: Findings, context: SqlContext, meaning: Meaning): void {
  if (meaning.verb === 'unknown') findings.unclear(`${context.by}: SQL that no rule reads`);
  findings.add({
    ...meaning,
    system: context.system,
    target: { ...context.target, ...meaning.target },
    credentialRef: context.credentialRef,
    evidence: `${context.by}: SQL ${meaning.verb} ${meaning.target?.id ?? meaning.resource}, by its words`,
    confidence: meaning.confidence ?? 0.7,
  });
}

/** SQL in texts that run: `EXECUTE 'drop …'`, `DO $$ … $$`, `sp_executesql N'…'`; shell commands by `xp_cmdshell`. */
function inner(findings: Findings, tokens: readonly SqlToken[], context: SqlContext, depth: number): void {
  const runs = tokens.find(
    ({ value, quoted }) =>
      quoted !== true && /^(?:execute|exec|immediate|do|sp_executesql|prepare|xp_cmdshell)$/.test(value),
  );
  const shell = tokens.some(({ value }) => value === 'xp_cmdshell');
  if (runs === undefined) return;
  for (const { kind, value } of tokens.slice(0, 200)) {
    if (kind !== 'text') continue;
    if (shell) context.onShell?.(value);
    else if (depth < 4) addByTokens(findings, value, context, depth + 1);
  }
}

function valueAt(tokens: readonly SqlToken[], at: number): string {
  const token = tokens[at];
  return token?.kind === 'word' && token.quoted !== true ? token.value : '';
}

/** What one statement does; several where a CTE writes. */
function meaningsOf(tokens: readonly SqlToken[]): Meaning[] {
  const first = valueAt(tokens, 0);
  const explains = /^(?:explain|desc|describe)$/.test(first);
  if (explains && !tokens.slice(0, 8).some(({ value }) => value === 'analyze' || value === 'analyse')) return [read];
  const writes = tokens
    .map((token, at) => ({ token, at }))
    .filter(({ token, at }) => {
      const opens = tokens[at - 1]?.value === '(';
      return token.quoted !== true && token.depth > 0 && opens && /^(?:insert|update|delete|merge)$/.test(token.value);
    })
    .slice(0, 8)
    .map(({ token, at }) => meaningOf(withinBrackets(tokens.slice(at), token.depth)));
  const from =
    first === 'with' || explains
      ? tokens.findIndex(({ value, depth }, at) => at > 0 && depth === 0 && (WRITES.test(value) || value === 'select'))
      : 0;
  return [...writes, meaningOf(from === -1 ? tokens : tokens.slice(from))];
}

/** Up to where the bracket around closes, as if it stood alone. */
function withinBrackets(tokens: readonly SqlToken[], depth: number): SqlToken[] {
  const end = tokens.findIndex((token) => token.depth < depth);
  return (end === -1 ? tokens : tokens.slice(0, end)).map((token) => ({ ...token, depth: token.depth - depth }));
}

function meaningOf(tokens: readonly SqlToken[]): Meaning {
  const first = valueAt(tokens, 0);
  const has = (word: RegExp, within = 64) =>
    tokens.slice(0, within).some(({ kind, value, quoted }) => kind === 'word' && quoted !== true && word.test(value));
  const target = nameAfter(tokens);
  switch (first) {
    case 'select':
    case 'values':
    case 'table':
    case 'from':
      if (has(/^(?:outfile|dumpfile)$/, 4000)) return { verb: 'create', resource: 'file', destructiveness: 0.4 };
      return has(/^into$/, 400) ? { verb: 'create', resource: 'table' } : read;
    case 'show':
    case 'list':
    case 'help':
    case 'explain':
    case 'describe':
    case 'desc':
    case 'exists':
      return read;
    case 'pragma': {
      const writes = tokens.some(
        ({ value }, at) =>
          value === '=' ||
          (value === '(' && at === 2 && !/^(?:table_|index_|foreign_key_list|integrity)/.test(valueAt(tokens, 1))),
      );
      return writes ? { ...setting, destructiveness: 0.3 } : { ...read, resource: 'setting' };
    }
    case 'drop':
    case 'undrop':
      return dropped(tokens, target);
    case 'truncate':
    case 'purge':
      return { verb: 'delete', resource: 'table', ...all, target };
    case 'delete':
    case 'update':
      return changed(first, tokens, target);
    case 'alter':
      return altered(tokens, target);
    case 'insert':
      return has(/^overwrite$/, 4)
        ? { verb: 'update', resource: 'table', ...all, target }
        : { verb: 'create', resource: 'row', target };
    case 'replace':
    case 'merge':
    case 'upsert':
      return { verb: 'update', resource: 'row', scope: 'many', target };
    case 'create':
      if (has(/^(?:user|role|login)$/, 5)) return { verb: 'grant', resource: 'role', target };
      return has(/^replace$/, 4) && has(/^table$/, 5)
        ? { verb: 'delete', resource: 'table', destructiveness: 0.7, target }
        : { verb: 'create', resource: KINDS.test(valueAt(tokens, 1)) ? valueAt(tokens, 1) : 'table', target };
    case 'grant':
      return { verb: 'grant', resource: 'role' };
    case 'revoke':
      return { verb: 'update', resource: 'role' };
    case 'load':
    case 'copy':
    case 'import':
    case 'unload':
    case 'export':
    case 'backup':
      return {
        verb: /^(?:unload|export|backup)$/.test(first) ? 'transfer' : 'create',
        resource: 'row',
        scope: 'many',
        target,
      };
    case 'restore':
    case 'optimize':
    case 'vacuum':
    case 'analyze':
    case 'rename':
    case 'reindex':
    case 'refresh':
    case 'comment':
    case 'attach':
    case 'detach':
    case 'lock':
    case 'unlock':
    case 'system':
    case 'kill':
    case 'shutdown':
      return {
        verb: 'update',
        resource: 'table',
        destructiveness: /^(?:restore|kill|shutdown|detach|system)$/.test(first) ? 0.5 : 0.2,
        target,
      };
    case 'set':
    case 'use':
    case 'reset':
    case 'discard':
    case 'flush':
    case 'go':
    case 'delimiter':
    case 'print':
      return first === 'set' && has(/^password$/, 4) ? { verb: 'grant', resource: 'role' } : setting;
    case 'commit':
    case 'rollback':
    case 'savepoint':
    case 'release':
    case 'start':
    case 'raise':
    case 'return':
    case 'perform':
    case 'exception':
    case 'prepare':
    case 'deallocate':
      return { verb: 'execute', resource: 'transaction', destructiveness: 0, reversibility: 'reversible' };
    case 'execute':
    case 'exec':
    case 'call':
    case 'immediate':
      return { verb: 'execute', resource: 'program', destructiveness: has(/^xp_cmdshell$/, 4) ? 0.6 : 0.3 };
    default:
      return { verb: 'unknown', resource: 'unknown' };
  }
}

function dropped(tokens: readonly SqlToken[], target: Meaning['target']): Meaning {
  const kind = tokens.slice(1, 4).find(({ value }) => KINDS.test(value))?.value ?? 'unknown';
  const cascade = tokens.some(({ kind: sort, value }) => sort === 'word' && value === 'cascade');
  const resource = kind === 'materialized' ? 'view' : kind === 'external' ? 'table' : kind === 'login' ? 'user' : kind;
  if (WHOLE.test(kind))
    return { verb: 'delete', resource: kind === 'schema' ? 'schema' : 'database', scope: 'all', target };
  return {
    verb: 'delete',
    resource,
    scope: cascade ? 'many' : 'one',
    target,
    ...(cascade ? { destructiveness: 1 } : {}),
  };
}

/** UPDATE and DELETE: a condition of their own level holds them back, unless it is always true. */
function changed(verb: 'update' | 'delete', tokens: readonly SqlToken[], target: Meaning['target']): Meaning {
  const where = tokens.findIndex(
    ({ kind, value, depth, quoted }) => kind === 'word' && quoted !== true && depth === 0 && value === 'where',
  );
  if (where === -1 || alwaysTrue(tokens.slice(where + 1))) return { verb, resource: 'row', ...all, target };
  return { verb, resource: 'row', scope: 'many', destructiveness: verb === 'delete' ? 0.5 : 0.3, target };
}

/** `1 = 1`, `true`, `x = x`, alone or after an OR. */
function alwaysTrue(condition: readonly SqlToken[]): boolean {
  const parts: SqlToken[][] = [[]];
  for (const token of condition.slice(0, 400)) {
    if (/^(?:order|limit|returning|option)$/.test(token.value) && token.depth === 0) break;
    if (token.value === '(' || token.value === ')') continue;
    if (token.kind === 'word' && token.value === 'or') parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts.some(isTautology);
}

function isTautology([left, operator, right, ...more]: readonly SqlToken[]): boolean {
  if (left === undefined) return false;
  if (operator === undefined) return left.value === 'true' || (left.kind === 'number' && left.value !== '0');
  if (right === undefined || more.length > 0) return false;
  if (operator.value === '=') return left.value === right.value && left.kind === right.kind;
  return /^[<>]$/.test(operator.value) && left.kind === 'number' && right.kind === 'number';
}

/** ALTER: what it drops; ClickHouse's `ALTER TABLE t DELETE WHERE`. */
function altered(tokens: readonly SqlToken[], target: Meaning['target']): Meaning {
  const at = tokens.findIndex(
    ({ kind, value, quoted, depth }, index) =>
      index > 1 &&
      depth === 0 &&
      kind === 'word' &&
      quoted !== true &&
      /^(?:drop|delete|update|truncate|detach)$/.test(value),
  );
  const word = at === -1 ? '' : valueAt(tokens, at);
  const next = valueAt(tokens, at + 1);
  if (word === 'delete' || word === 'update') return changed(word, tokens.slice(at), target);
  if (word === 'truncate') return { verb: 'delete', resource: 'partition', ...all, target };
  if (word === 'drop' && /^(?:not|default|expression|identity)$/.test(next))
    return { verb: 'update', resource: 'table', target };
  if (word === 'drop' && /^(?:constraint|index|foreign|primary|key|check)$/.test(next))
    return { verb: 'delete', resource: 'constraint', destructiveness: 0.5, reversibility: 'recoverable', target };
  if (word === 'drop') return { verb: 'delete', resource: 'column', scope: 'all', destructiveness: 0.8, target };
  if (word === 'detach')
    return { verb: 'delete', resource: 'partition', destructiveness: 0.5, reversibility: 'recoverable', target };
  const kind = valueAt(tokens, 1);
  return /^(?:user|role|login)$/.test(kind)
    ? { verb: 'grant', resource: 'role', target }
    : { verb: 'update', resource: 'table', target };
}

/** The name that a statement speaks of: after `from`, `into`, `table`, `update`, or after the kind of thing. */
function nameAfter(tokens: readonly SqlToken[]): NonNullable<Meaning['target']> {
  const verb = valueAt(tokens, 0);
  for (const [at, token] of tokens.slice(0, 12).entries()) {
    if (at === 0 && verb !== 'update' && verb !== 'truncate') continue;
    const leads =
      at === 0 ||
      (token.quoted !== true && (/^(?:from|into|table|update)$/.test(token.value) || KINDS.test(token.value)));
    const next = tokens[at + 1];
    if (
      !leads ||
      next?.kind !== 'word' ||
      (next.quoted !== true &&
        (/^(?:if|exists|not|only|table|into|from|concurrently|overwrite)$/.test(next.value) || KINDS.test(next.value)))
    )
      continue;
    if (next.quoted !== true && next.value === 'exists') continue;
    const dotted = tokens[at + 2]?.value === '.' ? `.${tokens[at + 3]?.value ?? ''}` : '';
    return { id: `${next.value}${dotted}` };
  }
  const exists = tokens.slice(0, 8).findIndex(({ value }) => value === 'exists');
  const name = exists === -1 ? undefined : tokens[exists + 1];
  return name?.kind === 'word' ? { id: name.value } : {};
}
