import type { ToolCall } from '../../support/front.ts';
import { type Act, type ActName, actOf } from './acts.ts';
import { codeIn, commandIn, statementIn } from './commands.ts';
import { identifier, type ToolFamily, toolFamilyOf } from './tools.ts';
import { bareWord, isFileName, isPathLike, nameOf, quantityOf, withoutAsides } from './words.ts';

/** A step of a report, as far as its call goes. */
export interface StepText {
  readonly tool: string;
  readonly args: string;
  /** The arguments are what the agent wrote, not a paraphrase. */
  readonly verbatim: boolean;
  /** What the call carries out, when the text says that it carries something shown before. */
  readonly carried?: string | undefined;
  /** The command of the shell call before it: an answer to its prompt runs it again. */
  readonly lastCommand?: string | undefined;
}

const REQUEST = /^(GET|POST|PUT|PATCH|DELETE) (\/\S*)$/;

/** The call that a step stands for. */
export function callOf(step: StepText): ToolCall {
  const family = toolFamilyOf(step.tool);
  return step.verbatim ? verbatimCall(family, step.args) : paraphrasedCall(family, step);
}

/** What the agent wrote, in the member in which a tool of this family takes it. */
function verbatimCall(tool: ToolFamily, text: string): ToolCall {
  const request = requestIn(tool, text);
  if (request !== undefined) return request;
  switch (tool.family) {
    case 'shell':
      return shell(text);
    case 'powershell':
      return { tool: 'powershell', arguments: { command: text } };
    case 'ssh':
      return shell(overSsh(text));
    case 'program':
      return shell(text.startsWith(tool.program) ? text : `${tool.program} ${text}`);
    case 'python':
      return { tool: 'python', arguments: { code: text } };
    case 'sql':
      return { tool: 'execute_sql', arguments: { query: text } };
    case 'browser':
      return { tool: 'browser_navigate', arguments: { url: text } };
    case 'http':
      return { tool: 'http_request', arguments: { method: 'GET', url: text } };
    case 'file':
      return { tool: tool.does, arguments: { file_path: text } };
    case 'agent':
      return { tool: 'Task', arguments: { prompt: text } };
    case 'function':
      return { tool: tool.name, arguments: { input: text } };
  }
}

function paraphrasedCall(tool: ToolFamily, step: StepText): ToolCall {
  const text = withoutAsides(step.args);
  const request = requestIn(tool, text);
  if (request !== undefined) return request;
  const written = tool.family === 'function' || tool.family === 'agent' ? undefined : writtenCall(tool, text);
  if (written !== undefined) return written;
  const act = actOf(text);
  switch (tool.family) {
    case 'shell':
    case 'powershell':
      return { ...shell(shellLine(act, text, step)), ...(tool.family === 'powershell' ? { tool: 'powershell' } : {}) };
    case 'ssh':
      return shell(overSsh(shellLine(act, text, step)));
    case 'program':
      return shell(programLine(tool.program, act, text));
    case 'python':
      return {
        tool: 'python',
        arguments: { code: `${act?.name ?? 'run'}(${JSON.stringify(nameOf(act?.rest ?? text) ?? '')})` },
      };
    case 'sql':
      return { tool: 'execute_sql', arguments: { query: statementOf(act, text) } };
    case 'http':
      return httpCall(tool.system, act, text, step.carried);
    case 'file':
      return fileCall(tool.does, text, step.carried);
    case 'agent':
      return { tool: 'Task', arguments: { description: text.slice(0, 60), prompt: text } };
    case 'browser':
      return functionCall(
        `browser_${/navigate|click|post|read/.exec(step.tool)?.[0] ?? act?.name ?? 'act'}`,
        text,
        step.carried,
      );
    case 'function':
      return functionCall(functionName(tool.name, act), text, step.carried);
  }
}

function requestIn(tool: ToolFamily, text: string): ToolCall | undefined {
  const [, method, path] = REQUEST.exec(text) ?? [];
  if (method === undefined || (tool.family !== 'http' && tool.family !== 'function')) return undefined;
  if (tool.family === 'function' && tool.name.startsWith('mcp__')) return undefined;
  const system = tool.family === 'http' ? tool.system : 'service';
  return { tool: 'http_request', arguments: { method, url: `https://api.${system}.example${path ?? ''}` } };
}

/** A paraphrase that begins with the command, statement or call itself. */
function writtenCall(tool: ToolFamily, text: string): ToolCall | undefined {
  const statement = statementIn(text);
  if (statement !== undefined) return { tool: 'execute_sql', arguments: { query: statement } };
  const code = codeIn(text);
  if (code !== undefined) return { tool: 'python', arguments: { code } };
  if (tool.family === 'file' || tool.family === 'http' || tool.family === 'sql') return undefined;
  const command = commandIn(text);
  if (command === undefined) return undefined;
  if (tool.family === 'powershell') return { tool: 'powershell', arguments: { command } };
  return shell(tool.family === 'ssh' ? overSsh(command) : command);
}

function shell(command: string): ToolCall {
  return { tool: 'bash', arguments: { command } };
}

function overSsh(command: string): string {
  return command.startsWith('ssh ') ? command : `ssh server ${JSON.stringify(command)}`;
}

/** The command that people use for an act on files; what no such command does is a script of that name. */
function shellLine(act: Act | undefined, text: string, { lastCommand }: StepText): string {
  const name = nameOf(act?.rest ?? '') ?? 'it';
  if (/\benvironment variables?\b/i.test(text)) return 'env';
  switch (act?.name) {
    case 'delete':
      return `rm -rf ${name}`;
    case 'move':
      return `mv ${name} ${destinationIn(act.rest)}`;
    case 'copy':
      return `cp -r ${name} ${destinationIn(act.rest)}`;
    case 'create':
      return `mkdir -p ${name}`;
    case 'read':
      return `cat ${name}`;
    case 'list':
      return `ls ${name}`;
    case 'search':
      return `grep -rn ${name} .`;
    case 'accept':
      return lastCommand === undefined ? 'yes' : `yes | ${lastCommand}`;
    default:
      return `./${act?.name ?? 'run'}-${nameOf(act?.rest ?? text) ?? 'it'}.sh`;
  }
}

/** `git` has words of its own for an act; other programs take its name. */
function programLine(program: string, act: Act | undefined, text: string): string {
  const name = nameOf(act?.rest ?? text) ?? '';
  const own = /\bremote\b/i.test(text) ? 'push origin --delete' : 'branch -D';
  const verb = program === 'git' && act?.name === 'delete' ? own : (act?.name ?? '');
  return [program, verb, name].filter((word) => word !== '').join(' ');
}

function destinationIn(rest: string): string {
  return nameOf(/\b(?:to|into|under)\s+(.+)$/i.exec(rest)?.[1] ?? '') ?? 'elsewhere';
}

/** A statement for an act on rows. A phrase with `with` or `where`, or a single thing, is a condition. */
function statementOf(act: Act | undefined, text: string): string {
  const table = (nameOf(act?.rest ?? text) ?? 'data').replaceAll('-', '_').replaceAll(/\W/g, '') || 'data';
  const qualifier = /\b(?:with|where|whose)\s+(.+)$/i.exec(act?.rest ?? '')?.[1];
  const single = !/s$/.test(table);
  const where =
    qualifier !== undefined ? ` WHERE label = '${qualifier.replaceAll("'", "''")}'` : single ? ' WHERE id = 1' : '';
  switch (act?.name) {
    case 'delete':
      return `DELETE FROM ${table}${where}`;
    case 'update':
      return `UPDATE ${table} SET value = 'new'${where}`;
    case 'create':
      return `INSERT INTO ${table} (value) VALUES ('new')`;
    default:
      return `SELECT * FROM ${table}${where}`;
  }
}

const METHODS: Partial<Record<ActName, string>> = {
  read: 'GET',
  list: 'GET',
  search: 'GET',
  delete: 'DELETE',
  cancel: 'DELETE',
  update: 'PATCH',
  move: 'PATCH',
};

/** REST by its custom: several things are the collection, one thing is a member of it. */
function httpCall(system: string, act: Act | undefined, text: string, carried: string | undefined): ToolCall {
  const name = nameOf(act?.rest ?? text) ?? 'items';
  const named = text
    .split(/\s+/)
    .map(bareWord)
    .find((word) => word.startsWith('/') && word.length > 1);
  const collection = quantityOf(text) !== 'one' || /s$/.test(name);
  const method = METHODS[act?.name ?? 'run'] ?? 'POST';
  const member = collection || method === 'POST' ? '' : '/1';
  const path = named ?? `/${name.replace(/^\W+/, '')}${isPathLike(name) ? '' : member}`;
  const body = method === 'POST' || method === 'PATCH' ? { body: { text: carried ?? text } } : {};
  return { tool: 'http_request', arguments: { method, url: `https://api.${system}.example${path}`, ...body } };
}

function fileCall(does: 'read' | 'write' | 'edit', text: string, carried: string | undefined): ToolCall {
  const path = text
    .split(/\s+/)
    .map(bareWord)
    .find((word) => isPathLike(word) || isFileName(word));
  const file_path = path ?? nameOf(actOf(text)?.rest ?? text) ?? 'file';
  if (does === 'read') return { tool: 'Read', arguments: { file_path } };
  if (does === 'write') return { tool: 'Write', arguments: { file_path, content: carried ?? text } };
  return { tool: 'Edit', arguments: { file_path, old_string: 'before', new_string: carried ?? text } };
}

/** A server's name for a tool stays, and so does a name that says an act; to another the act is added. */
function functionName(name: string, act: Act | undefined): string {
  if (name.startsWith('mcp__')) return name;
  return act === undefined || actOf(name.replaceAll('_', ' ')) !== undefined ? name : identifier(`${name} ${act.name}`);
}

function functionCall(tool: string, text: string, carried: string | undefined): ToolCall {
  const quantity = quantityOf(text);
  const many = quantity === 'all' ? { all: true } : quantity === 'many' ? { ids: ['1', '2', '3'] } : {};
  const visibility = /\bpublic(?:ly)?\b/i.test(text) ? { visibility: 'public' } : {};
  const content = carried === undefined ? {} : { content: carried };
  return { tool, arguments: { input: text, ...content, ...many, ...visibility } };
}
