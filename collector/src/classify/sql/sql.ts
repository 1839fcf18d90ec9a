import type { Target } from '@haltwire/schemas';
import { LIMITS } from '../config.ts';
import type { Findings } from '../findings.ts';
import { addByTokens } from './fallback.ts';
import { parseSql } from './parse.ts';
import { addStatement } from './statements.ts';

/** Where a SQL text would run. */
export interface SqlContext {
  readonly system: string;
  readonly target?: Target | undefined;
  readonly credentialRef?: string | undefined;
  /** Reads a shell command that a console's backslash line runs. */
  readonly onShell?: ((command: string) => void) | undefined;
  /** How the call brings it, e.g. `psql -c`. */
  readonly by: string;
}

/** psql's own commands: `\d` lists, `\!` runs a shell, `\i` runs a file, `\copy` moves data. */
const META = /^\s*\\(\S+)(.*)/;

/** Classifies SQL text: each statement, and the writes hidden inside it. */
export function classifySql(findings: Findings, text: string, context: SqlContext): void {
  const statements = metaCommands(findings, text, context);
  if (statements.trim() === '') return;
  // To MySQL, `/*! … */` is no comment.
  const parsed = statements.includes('/*!')
    ? 'SQL of MySQL'
    : findings.spendGrammar(statements.length)
      ? parseSql(statements)
      : 'SQL longer than is parsed';
  if (typeof parsed === 'string') {
    // Another dialect, or too long for the grammar: read by its words. NUL and deep nesting are nobody's dialect.
    if (/NUL|nested|operators/.test(parsed) || statements.length > LIMITS.sqlShown)
      findings.unclear(`${context.by}: ${parsed}`);
    addByTokens(findings, statements, context);
    return;
  }
  for (const node of parsed.slice(0, LIMITS.operands)) addStatement(findings, node, context);
  if (parsed.length > LIMITS.operands) findings.unread(`${context.by}: more statements than are read`);
}

/** Takes psql's backslash lines out, and records them. */
function metaCommands(findings: Findings, text: string, context: SqlContext): string {
  if (!text.includes('\\')) return text;
  const kept: string[] = [];
  for (const line of text.split('\n')) {
    const [, name, rest = ''] = META.exec(line) ?? [];
    if (name === undefined) kept.push(line);
    else addMeta(findings, name, rest.trim(), context);
  }
  return kept.join('\n');
}

function addMeta(findings: Findings, name: string, rest: string, context: SqlContext): void {
  const common = { system: context.system, target: context.target, credentialRef: context.credentialRef };
  const evidence = `${context.by}: \\${name}`;
  if (/^(?:d|l|z|s?f)[a-zS+]*$/.test(name) || /^(?:timing|x|pset|a|t|conninfo|echo|q|h|\?|encoding)$/.test(name)) {
    findings.add({ ...common, verb: 'list', resource: 'schema', evidence, confidence: 0.9 });
    return;
  }
  if (name === '!') {
    findings.unclear(`psql runs a shell: ${rest}`);
    context.onShell?.(rest);
  } else if (name.startsWith('i')) findings.unclear(`psql runs the file ${rest}`);
  findings.add({ ...common, verb: name === 'copy' ? 'transfer' : 'execute', resource: 'program', evidence });
}
