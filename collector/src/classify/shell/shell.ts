import { classifyCode } from '../code/classify-code.ts';
import { LIMITS } from '../config.ts';
import type { Findings } from '../findings.ts';
import { classifySql } from '../sql/sql.ts';
import { commands } from './commands/index.ts';
import { runCommand } from './run.ts';
import { literal, type Made, NO_INPUT, type Shell } from './state.ts';
import { walkSource } from './walk.ts';

/** SQL as people shout it; no program is called like that. */
const STATEMENT = /^\s*(?:DELETE\s+FROM|DROP\s+[A-Z]+|TRUNCATE|UPDATE\s+\S+\s+SET|ALTER\s+[A-Z]+|INSERT\s+INTO)\s/;

/** What a session made before this call, as far as its harness tells. */
export interface SessionMade {
  /** Contents of files that it wrote, by absolute path. */
  readonly files?: Readonly<Record<string, string>> | undefined;
  /** Paths that it created. */
  readonly created?: readonly string[] | undefined;
}

/** Classifies shell source, or a program with its arguments, as a fresh shell in `cwd` would run it. */
export function classifyShell(
  findings: Findings,
  command: string | readonly string[],
  cwd: string | undefined,
  session: SessionMade = {},
): void {
  const shell = freshShell(findings, cwd, session);
  if (typeof command === 'string') {
    walkSource(command, shell);
    // A database console is a shell to its agent.
    if (STATEMENT.test(command)) classifySql(findings, command, { system: 'sql', by: 'SQL given to a shell' });
  } else runCommand({ words: command.slice(0, 1000).map(literal), shell, environment: [], input: NO_INPUT });
}

/** Classifies the code of a tool that runs code: as inline code of an interpreter. */
export function classifyCodeText(
  findings: Findings,
  language: string,
  code: string,
  cwd: string | undefined,
  session: SessionMade = {},
): void {
  const shell = freshShell(findings, cwd, session);
  classifyCode({ name: language, args: [], shell, findings, input: NO_INPUT, environment: [] }, code);
}

function freshShell(findings: Findings, cwd: string | undefined, { files, created }: SessionMade): Shell {
  const made: Made = {
    workspace: cwd,
    paths: new Set(created?.slice(0, LIMITS.operands)),
    texts: new Map(Object.entries(files ?? {}).slice(0, LIMITS.operands)),
    fetched: new Set(),
    aliases: new Map(),
  };
  return {
    findings,
    programs: commands,
    cwd,
    variables: new Map(),
    functions: new Map(),
    made,
    depth: 0,
    trail: '',
    repeated: false,
  };
}
