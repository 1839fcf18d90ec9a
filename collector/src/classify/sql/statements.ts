import type { Target } from '@haltwire/schemas';
import type { Findings } from '../findings.ts';
import type { EffectDraft } from '../impact.ts';
import { isRecord, memberOf } from '../text.ts';
import { actOf } from '../words.ts';
import { alterDraft, dropDraft } from './ddl.ts';
import { addByTokens } from './fallback.ts';
import { listOf, nameIn, relationOf, relations, textIn } from './nodes.ts';
import type { SqlNode } from './parse.ts';
import type { SqlContext } from './sql.ts';
import { isAlwaysTrue } from './where.ts';

/** A statement's meaning, without what its context adds. */
export type Meaning = Omit<EffectDraft, 'system' | 'evidence'>;

type Reader = (body: unknown) => Meaning;

const readers: Readonly<Record<string, Reader>> = {
  SelectStmt: (body) =>
    memberOf(body, 'intoClause') === undefined
      ? {
          verb: 'read',
          resource: 'table',
          target: { id: relations(body)[0] },
          confidence: callsUnknown(body) || locks(body) ? 0.7 : 1,
        }
      : { verb: 'create', resource: 'table' },
  InsertStmt: (body) =>
    memberOf(memberOf(body, 'onConflictClause'), 'action') === 'ONCONFLICT_UPDATE'
      ? { verb: 'update', resource: 'row', target: relationOf(body) }
      : { verb: 'create', resource: 'row', target: relationOf(body) },
  UpdateStmt: (body) => rowChange('update', body),
  DeleteStmt: (body) => rowChange('delete', body),
  MergeStmt: (body) => ({ verb: 'update', resource: 'row', scope: 'many', target: relationOf(body) }),
  TruncateStmt: (body) => ({
    verb: 'delete',
    resource: 'table',
    scope: 'all',
    destructiveness: 0.9,
    target: { id: listOf(body, 'relations').map(nameIn).join(',') },
  }),
  DropStmt: dropDraft,
  DropdbStmt: (body) => ({
    verb: 'delete',
    resource: 'database',
    scope: 'all',
    target: { id: textIn(body, 'dbname') },
  }),
  DropRoleStmt: () => ({ verb: 'delete', resource: 'role' }),
  DropOwnedStmt: () => ({ verb: 'delete', resource: 'schema', scope: 'all' }),
  DropTableSpaceStmt: (body) => ({
    verb: 'delete',
    resource: 'filesystem',
    target: { id: textIn(body, 'tablespacename') },
  }),
  DropSubscriptionStmt: () => ({ verb: 'delete', resource: 'rule' }),
  DropUserMappingStmt: () => ({ verb: 'delete', resource: 'role' }),
  AlterTableStmt: alterDraft,
  GrantStmt: (body) => ({ verb: memberOf(body, 'is_grant') === true ? 'grant' : 'update', resource: 'role' }),
  GrantRoleStmt: (body) => ({ verb: memberOf(body, 'is_grant') === true ? 'grant' : 'update', resource: 'role' }),
  AlterDefaultPrivilegesStmt: () => ({ verb: 'grant', resource: 'role' }),
  CreateRoleStmt: () => ({ verb: 'grant', resource: 'role' }),
  AlterRoleStmt: () => ({ verb: 'grant', resource: 'role' }),
  AlterRoleSetStmt: () => ({ verb: 'update', resource: 'role' }),
  CopyStmt: copyDraft,
  ExplainStmt: () => ({ verb: 'read', resource: 'plan', confidence: 0.95 }),
  VariableShowStmt: () => ({ verb: 'read', resource: 'setting', confidence: 1 }),
  VariableSetStmt: () => ({ verb: 'update', resource: 'setting', destructiveness: 0.1, reversibility: 'reversible' }),
  TransactionStmt: () => ({
    verb: 'execute',
    resource: 'transaction',
    destructiveness: 0,
    reversibility: 'reversible',
  }),
  DoStmt: () => ({ verb: 'unknown', resource: 'program', confidence: 0.4 }),
  CallStmt: () => ({ verb: 'execute', resource: 'function', confidence: 0.6 }),
  ExecuteStmt: () => ({ verb: 'unknown', resource: 'program', confidence: 0.4 }),
  AlterSystemStmt: () => ({ verb: 'update', resource: 'setting', destructiveness: 0.5 }),
  VacuumStmt: () => ({ verb: 'update', resource: 'table', destructiveness: 0.1, reversibility: 'reversible' }),
};

/** Statements that carry another one inside. */
const carriers: Readonly<Record<string, string>> = {
  ExplainStmt: 'query',
  PrepareStmt: 'query',
  DeclareCursorStmt: 'query',
};

/** Functions of plain reading; any other may write. */
const PLAIN =
  /^(?:count|sum|avg|min|max|abs|round|floor|ceil|ceiling|coalesce|nullif|greatest|least|lower|upper|length|char_length|trim|btrim|ltrim|rtrim|substr|substring|replace|concat|concat_ws|left|right|position|strpos|split_part|now|current_date|date|date_trunc|date_part|extract|age|to_char|to_date|to_timestamp|to_number|array_agg|string_agg|json_agg|jsonb_agg|json_build_object|jsonb_build_object|row_number|rank|dense_rank|lag|lead|first_value|last_value|ntile|percentile_cont|unnest|generate_series|version|current_database|current_schema|pg_size_pretty|pg_total_relation_size|pg_relation_size|pg_database_size|format|md5|random|stddev|variance|mod|power|sqrt|sign|bool_and|bool_or|every|array_length|cardinality|regexp_replace|regexp_matches|initcap|reverse|timezone|make_date|strftime|ifnull|datediff|year|month|day)$/;

/** Adds the effects of one statement and of the writes inside it (`WITH gone AS (DELETE …)`, `EXPLAIN ANALYZE DELETE`). */
export function addStatement(findings: Findings, node: SqlNode, context: SqlContext, depth = 0): void {
  const [kind = '', body] = Object.entries(node)[0] ?? [];
  const carried = carriers[kind];
  const inner = carried === undefined ? undefined : memberOf(body, carried);
  if (isRecord(inner) && depth < 4) {
    // A plan alone runs nothing.
    if (kind === 'ExplainStmt' && !analyzes(body)) add(findings, kind, body, context);
    else addStatement(findings, inner, context, depth + 1);
    return;
  }
  for (const write of writesInside(body)) add(findings, write.kind, write.body, context);
  add(findings, kind, body, context);
  if (kind === 'SelectStmt' || kind === 'CallStmt') addActs(findings, body, context);
  if (kind === 'DoStmt') {
    findings.unclear(`${context.by}: SQL that runs other SQL`);
    for (const option of listOf(body, 'args')) {
      const text = textIn(memberOf(memberOf(memberOf(option, 'DefElem'), 'arg'), 'String'), 'sval');
      if (text !== undefined && depth < 4) addByTokens(findings, text, context, depth + 1);
    }
  }
  if (kind === 'ExecuteStmt') findings.unclear(`${context.by}: SQL that runs other SQL`);
}

/** `EXPLAIN ANALYZE`, `EXPLAIN (ANALYZE)`; not `(ANALYZE false)`. */
function analyzes(body: unknown): boolean {
  return listOf(body, 'options').some((option) => {
    const element = memberOf(option, 'DefElem');
    const value = JSON.stringify(memberOf(element, 'arg') ?? true).toLowerCase();
    return textIn(element, 'defname') === 'analyze' && !/"(?:false|off|0|no)"|"ival":\{\}/.test(value);
  });
}

function add(findings: Findings, kind: string, body: unknown, context: SqlContext): void {
  const meaning = (Object.hasOwn(readers, kind) ? readers[kind]?.(body) : undefined) ?? otherStatement(kind);
  findings.add({
    ...meaning,
    system: context.system,
    target: named({ ...context.target, ...meaning.target }, context.target),
    credentialRef: context.credentialRef,
    evidence: `${context.by}: SQL ${kind.replace(/Stmt$/, '')}${meaning.target?.id ? ` ${meaning.target.id}` : ''}`,
    confidence: meaning.confidence ?? 0.95,
  });
}

function named(target: Target, given: Target | undefined): Target {
  return target.id === undefined && given?.id !== undefined ? { ...target, id: given.id } : target;
}

/** `CreateStmt`, `AlterSeqStmt`, `CommentStmt`: by the first word of the node's name. */
function otherStatement(kind: string): Meaning {
  if (/^(?:Create|Define|View|Index|Rule)/.test(kind)) return { verb: 'create', resource: resourceIn(kind) };
  if (/^(?:Alter|Rename|Comment|Reindex|Refresh|Cluster|SecLabel)/.test(kind)) {
    return { verb: 'update', resource: resourceIn(kind) };
  }
  if (/^(?:Listen|Unlisten|CheckPoint|Discard|Lock|ClosePortal|Fetch|Deallocate|Constraints)/.test(kind)) {
    return { verb: 'execute', resource: 'session', destructiveness: 0.1, reversibility: 'reversible' };
  }
  if (/^(?:Drop|Reassign)/.test(kind)) return { verb: 'delete', resource: resourceIn(kind) };
  return { verb: 'unknown', resource: 'unknown', confidence: 0.5 };
}

function resourceIn(kind: string): string {
  const thing = /^(?:Create|Alter|Drop|Define|Comment|Rename)?([A-Z][a-z]+)/.exec(kind)?.[1]?.toLowerCase();
  return thing === undefined || thing === 'stmt' ? 'table' : thing;
}

/** UPDATE and DELETE: of one, of many, or of everything when no condition holds it back. */
function rowChange(verb: 'update' | 'delete', body: unknown): Meaning {
  const where = memberOf(body, 'whereClause');
  const target = relationOf(body);
  if (where === undefined || isAlwaysTrue(where)) {
    return { verb, resource: 'row', scope: 'all', destructiveness: 0.9, reversibility: 'irreversible', target };
  }
  const equals = memberOf(memberOf(where, 'A_Expr'), 'kind') === 'AEXPR_OP' && operatorOf(where) === '=';
  return {
    verb,
    resource: 'row',
    scope: equals ? 'one' : 'many',
    destructiveness: verb === 'delete' ? 0.5 : 0.3,
    target,
  };
}

function operatorOf(where: unknown): unknown {
  return memberOf(memberOf(listOf(memberOf(where, 'A_Expr'), 'name')[0], 'String'), 'sval');
}

/** COPY … FROM/TO: a program runs, a file is written, rows come in. */
function copyDraft(body: unknown): Meaning {
  if (memberOf(body, 'is_program') === true) return { verb: 'execute', resource: 'program', destructiveness: 0.6 };
  if (memberOf(body, 'is_from') === true)
    return { verb: 'create', resource: 'row', scope: 'many', target: relationOf(body) };
  return { verb: 'transfer', resource: 'table', target: relationOf(body) };
}

/** Whether a query calls a function that is not known to only compute. */
function callsUnknown(body: unknown): boolean {
  return visit(body, (key, value) => {
    if (key !== 'FuncCall') return false;
    const name = memberOf(memberOf(listOf(value, 'funcname').at(-1), 'String'), 'sval');
    return typeof name !== 'string' || !PLAIN.test(name);
  });
}

/** Functions that are called by what their names say they do: `drop_everything()`, `pg_terminate_backend()`, `dblink_exec()`. */
function addActs(findings: Findings, body: unknown, context: SqlContext): void {
  const seen = new Set<string>();
  visit(body, (key, value) => {
    if (key !== 'FuncCall' || seen.size > 32) return false;
    const name = textIn(memberOf(listOf(value, 'funcname').at(-1), 'String'), 'sval');
    if (name === undefined || PLAIN.test(name) || seen.has(name)) return false;
    seen.add(name);
    const act = actOf(name);
    if (act?.sure !== true || ['read', 'list', 'search'].includes(act.verb)) return false;
    findings.add({
      verb: 'execute',
      resource: 'function',
      system: context.system,
      target: { ...context.target, id: name },
      credentialRef: context.credentialRef,
      destructiveness: act.verb === 'delete' ? 0.45 : 0.3,
      evidence: `${context.by}: SQL calls ${name}`,
      confidence: 0.6,
    });
    return false;
  });
}

function locks(body: unknown): boolean {
  return visit(body, (key) => key === 'lockingClause');
}

function writesInside(body: unknown): { kind: string; body: unknown }[] {
  const found: { kind: string; body: unknown }[] = [];
  visit(body, (key, value) => {
    if (/^(?:Insert|Update|Delete|Merge)Stmt$/.test(key) && found.length < 16) found.push({ kind: key, body: value });
    return false;
  });
  return found;
}

/** Walks every member until `stop` answers true. Iterative: trees may be deep. */
function visit(root: unknown, stop: (key: string, value: unknown) => boolean): boolean {
  const open: unknown[] = [root];
  while (open.length > 0) {
    const node = open.pop();
    if (typeof node !== 'object' || node === null) continue;
    for (const [key, value] of Object.entries(node)) {
      if (typeof value !== 'object' || value === null) continue;
      if (stop(key, value)) return true;
      open.push(value);
    }
  }
  return false;
}
