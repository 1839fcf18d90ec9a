import type { Findings } from '../findings.ts';
import { classifySql } from '../sql/sql.ts';
import { commands } from './commands/index.ts';
import { classifyCode } from './commands/interpreters.ts';
import { runCommand } from './run.ts';
import { literal, NO_INPUT, type Shell } from './state.ts';
import { walkSource } from './walk.ts';

/** SQL as people shout it; no program is called like that. */
const STATEMENT = /^\s*(?:DELETE\s+FROM|DROP\s+[A-Z]+|TRUNCATE|UPDATE\s+\S+\s+SET|ALTER\s+[A-Z]+|INSERT\s+INTO)\s/;

/** Classifies shell source, or a program with its arguments, as a fresh shell in `cwd` would run it. */
export function classifyShell(findings: Findings, command: string | readonly string[], cwd: string | undefined): void {
  const shell = freshShell(findings, cwd);
  if (typeof command === 'string') {
    walkSource(command, shell);
    // A database console is a shell to its agent.
    if (STATEMENT.test(command)) classifySql(findings, command, { system: 'sql', by: 'SQL given to a shell' });
  } else runCommand({ words: command.slice(0, 1000).map(literal), shell, environment: [], input: NO_INPUT });
}

/** Classifies the code of a tool that runs code: as inline code of an interpreter. */
export function classifyCodeText(findings: Findings, language: string, code: string, cwd: string | undefined): void {
  const shell = freshShell(findings, cwd);
  classifyCode({ name: language, args: [], shell, findings, input: NO_INPUT, environment: [] }, code);
}

function freshShell(findings: Findings, cwd: string | undefined): Shell {
  return {
    findings,
    programs: commands,
    cwd,
    variables: new Map(),
    functions: new Map(),
    depth: 0,
    trail: '',
    repeated: false,
  };
}
