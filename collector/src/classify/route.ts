import { LIMITS } from './config.ts';
import { credentialIn } from './credentials.ts';
import { classifyFileTool, isFileTool } from './files.ts';
import type { Findings } from './findings.ts';
import { classifyGeneric, namedTool, textOf } from './generic.ts';
import { classifyHttpTool, isHttpTool } from './http/tool.ts';
import { classifyCodeText, classifyShell } from './shell/shell.ts';
import { looksLikeSql } from './sql/detect.ts';
import { parseSql } from './sql/parse.ts';
import { classifySql } from './sql/sql.ts';
import { isRecord, memberOf, stringMember } from './text.ts';
import type { ClassifyInput } from './types.ts';
import { splitWords } from './words.ts';

/** Lower case: a tool may take any spelling. */
const commandMembers: ReadonlySet<string> = new Set([
  'command',
  'cmd',
  'script',
  'shell_command',
  'shellcommand',
  'commandline',
  'command_line',
  'bash',
]);
const codeMembers = ['code', 'python', 'javascript', 'source', 'snippet'] as const;
const sqlMembers = ['sql', 'statement', 'query', 'sql_query', 'queries'] as const;
const folderMembers = ['cwd', 'workdir', 'working_directory', 'workingDirectory', 'working_dir', 'dir'] as const;

const SHELL_WORDS = new Set('shell bash sh zsh terminal powershell pwsh console'.split(' '));
const CODE_WORDS = new Set('ipython jupyter repl'.split(' '));
const RUNS = /^(?:run|exec|execute|eval)/;

/** `bash`, `local_shell`, `run_terminal_cmd`, `execute_command`. */
function isShellName(words: readonly string[]): boolean {
  if (words.some((word) => SHELL_WORDS.has(word) || /^(?:run|exec|execute)(?:command|cmd|script)$/.test(word)))
    return true;
  const runs = words.findIndex((word) => /^(?:run|exec|execute)$/.test(word));
  return runs !== -1 && words.slice(runs + 1, runs + 3).some((word) => /^(?:commands?|cmd|script)$/.test(word));
}

/** `run_python`, `code_interpreter`, `execute_code`, `jupyter_cell`, `python`. */
function isCodeName(words: readonly string[]): boolean {
  if (words.some((word) => CODE_WORDS.has(word)) || (words.length === 1 && words[0] === 'python')) return true;
  const code = words.findIndex((word) => /^(?:code|python\d?|javascript|js|node|cell|ruby|perl|php)$/.test(word));
  if (code === -1) return words.some((word) => RUNS.test(word) && /(?:code|python|javascript)$/.test(word));
  return (
    words.slice(0, code).some((word) => RUNS.test(word)) ||
    /^(?:interpreter|execution|executor|runner)$/.test(words[code + 1] ?? '')
  );
}

const SQL_NAME = /sql|query|database|(?:^|_)db(?:_|$)|postgres|mysql|sqlite|clickhouse|bigquery|snowflake|duckdb/i;

/**
 * Sends a call to the family that its arguments' shape names; the tool's name decides only where the shape is shared.
 * To teach a new kind of tool: one more line here and one more file.
 */
export function route(findings: Findings, input: ClassifyInput): void {
  const { tool, cwd } = input;
  const args = boundedMembers(findings, input.arguments);
  const folder = folderOf(args, cwd);
  if (isFileTool(tool.name, args)) {
    classifyFileTool(findings, tool.name, args, folder);
    return;
  }
  const name = tool.name.slice(0, 200);
  const words = splitWords(name);
  const commands = commandsOf(isShellName(words), args);
  if (commands.length > 0) {
    const windows = /powershell|pwsh/i.test(name);
    for (const command of commands) {
      const asked = windows && typeof command === 'string' ? ['pwsh', '-Command', command] : command;
      classifyShell(findings, asked, folder, input);
    }
    return;
  }
  const code = isCodeName(words) ? (typeof args === 'string' ? args : stringMember(args, codeMembers)) : undefined;
  if (code !== undefined) {
    classifyCodeText(findings, languageOf(tool.name, args), code, folder, input);
    return;
  }
  if (isHttpTool(tool.name, args)) {
    classifyHttpTool(findings, tool.name, args);
    return;
  }
  const sql = sqlOf(name, args);
  if (sql !== undefined) {
    const credentialRef = credentialIn(textOf(args), findings.credentials, false);
    const { system } = namedTool(tool.name);
    classifySql(findings, sql, {
      system: system === 'tool' ? 'sql' : system,
      credentialRef,
      by: `tool ${tool.name}`,
    });
    return;
  }
  classifyGeneric(findings, tool, args);
}

/** Arguments of more members than are looked at: the first of them, and the rest counts as unread. */
function boundedMembers(findings: Findings, args: unknown): unknown {
  if (!isRecord(args)) return args;
  const names = Object.keys(args);
  if (names.length <= LIMITS.members) return args;
  findings.unread('more arguments than are looked at');
  return Object.fromEntries(names.slice(0, LIMITS.members).map((name) => [name, args[name]]));
}

/** The commands of a shell tool: texts, or programs with their arguments. Which member a tool runs is its own affair. */
function commandsOf(shellish: boolean, args: unknown): (string | readonly string[])[] {
  if (typeof args === 'string') return shellish ? [args] : [];
  if (isArgv(args)) return shellish ? [shellOf(args)] : [];
  if (!isRecord(args)) return [];
  const found = Object.entries(args).flatMap(([key, value]) => {
    if (!commandMembers.has(key.toLowerCase())) return [];
    return typeof value === 'string' ? [withArguments(value, args)] : isArgv(value) ? [shellOf(value)] : [];
  });
  if (found.length > 0 || !shellish) return found;
  const text = stringMember(args, ['input', 'text', 'code']);
  return text === undefined ? [] : [text];
}

/** `{command: 'rm', args: ['-rf', 'x']}` is one command line. */
function withArguments(command: string, args: unknown): string | readonly string[] {
  const more = memberOf(args, 'args') ?? memberOf(args, 'arguments');
  return isArgv(more) && /^\S+$/.test(command) ? [command, ...more] : command;
}

function isArgv(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string');
}

/** A single text in a list is a command line, not a program of that name. */
function shellOf(argv: readonly string[]): string | readonly string[] {
  return argv.length === 1 ? (argv[0] ?? '') : argv;
}

function folderOf(args: unknown, cwd: string | undefined): string | undefined {
  const own = stringMember(args, folderMembers);
  if (own === undefined) return cwd;
  return own.startsWith('/') || own.startsWith('~') || cwd === undefined ? own : `${cwd}/${own}`;
}

function languageOf(name: string, args: unknown): string {
  return stringMember(args, ['language', 'lang']) ?? (/js|javascript|node/i.test(name) ? 'node' : 'python');
}

/** SQL among the arguments. `query` may be anything, so the tool's name or PostgreSQL's grammar has to agree. */
function sqlOf(name: string, args: unknown): string | undefined {
  if (typeof args === 'string') return SQL_NAME.test(name) && looksLikeSql(args) ? args : undefined;
  if (!isRecord(args)) return undefined;
  for (const member of sqlMembers) {
    const value = args[member];
    const text = isArgv(value) ? value.join(';\n') : value;
    if (typeof text !== 'string') continue;
    if (member !== 'query' && member !== 'queries') return text;
    // A database's own query tool: what does not look like SQL is still run, and then is opaque.
    if (/sql|postgres|clickhouse|bigquery|snowflake|duckdb/i.test(name)) return text;
    if (looksLikeSql(text) && (SQL_NAME.test(name) || typeof parseSql(text) !== 'string')) return text;
  }
  return undefined;
}
