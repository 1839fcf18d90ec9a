import type { Verb } from '@haltwire/schemas';
import { LIMITS } from './config.ts';
import type { Findings } from './findings.ts';
import { namedTool } from './generic.ts';
import { isScratch, resolvePath } from './paths.ts';
import { notePath, notePattern } from './secrets.ts';
import { memberOf, stringMember } from './text.ts';

const pathMembers = [
  'path',
  'file_path',
  'filePath',
  'filepath',
  'file',
  'filename',
  'file_name',
  'target_file',
  'absolute_path',
  'notebook_path',
  'relative_workspace_path',
  'directory',
  'dir_path',
  'directory_path',
  'folder',
  'source',
  'from',
  'old_path',
] as const;
const patternMembers = [
  'pattern',
  'regex',
  'query',
  'glob',
  'search',
  'glob_pattern',
  'include',
  'search_term',
] as const;

/** Tools of harnesses by their usual names, lower case without separators. */
const wellKnown: ReadonlyMap<string, Verb> = new Map<string, Verb>([
  ...many(
    'read readfile viewfile view cat openfile readtextfile readmanyfiles readmultiplefiles getfilecontents notebookread',
    'read',
  ),
  ...many('ls list listdir listdirectory listfiles directorytree listdirectorywithsizes', 'list'),
  ...many('glob grep grepsearch searchfiles filesearch codebasesearch searchfilecontent ripgrep findfiles', 'search'),
  ...many('write writefile createfile createdirectory makedirectory mkdir savefile', 'create'),
  ...many(
    'edit multiedit editfile strreplace strreplaceeditor applypatch replaceinfile searchreplace replace notebookedit movefile renamefile insert',
    'update',
  ),
  ...many('deletefile removefile unlinkfile deletedirectory removedirectory', 'delete'),
]);

function many(names: string, verb: Verb): [string, Verb][] {
  return names.split(' ').map((name) => [name, verb]);
}

/** Commands of editors that take `{command, path}`. */
const editorCommands: ReadonlyMap<string, Verb> = new Map<string, Verb>([
  ['view', 'read'],
  ['create', 'create'],
  ['str_replace', 'update'],
  ['insert', 'update'],
  ['undo_edit', 'update'],
]);

const FILE_RESOURCE = /^(?:(?:[a-z]+-)?(?:file|directory|folder|path|text-file|file-content|files?-content)|tree)$/;

/** Whether a tool acts on files: an editor, a well-known name, or a name that speaks of files; and it names a path. */
export function isFileTool(name: string, args: unknown): boolean {
  const command = memberOf(args, 'command');
  if (typeof command === 'string') return editorCommands.has(command) && stringMember(args, pathMembers) !== undefined;
  if (stringMember(args, ['url', 'method', 'sql', 'owner', 'repo', 'repository']) !== undefined) return false;
  if (!hasPlace(args)) return false;
  return verbOf(name, args) !== undefined;
}

function hasPlace(args: unknown): boolean {
  const members = [...pathMembers, 'pattern', 'regex', 'glob', 'glob_pattern', 'paths'];
  return stringMember(args, members) !== undefined || Array.isArray(memberOf(args, 'paths'));
}

function verbOf(name: string, args: unknown): { verb: Verb; known: boolean } | undefined {
  const command = memberOf(args, 'command');
  const editor = typeof command === 'string' ? editorCommands.get(command) : undefined;
  if (editor !== undefined) return { verb: editor, known: true };
  const { local, act } = namedTool(name);
  const known = wellKnown.get(local.replaceAll(/[^A-Za-z]/g, '').toLowerCase());
  if (known !== undefined) return { verb: known, known: true };
  if (act === undefined || !FILE_RESOURCE.test(act.resource)) return undefined;
  return { verb: act.verb, known: false };
}

/** Classifies a file tool by its verb and path. */
export function classifyFileTool(findings: Findings, name: string, args: unknown, cwd: string | undefined): void {
  const { verb, known } = verbOf(name, args) ?? { verb: 'unknown' as const, known: false };
  const harmless = verb === 'read' || verb === 'list' || verb === 'search';
  if (verb === 'search') notePatterns(findings, args, name);
  const all = pathsOf(args);
  if (all.length > LIMITS.operands) findings.unread('more paths than are read');
  const paths = all.slice(0, LIMITS.operands);
  for (const given of paths.length === 0 ? [undefined] : paths) {
    const at = given === undefined ? undefined : resolvePath(given, cwd);
    const shown = at?.path ?? given;
    if (shown !== undefined) notePlace(findings, given ?? shown, shown, verb);
    const wide = /director|folder|tree/i.test(name) || memberOf(args, 'recursive') === true;
    const scratch = shown !== undefined && isScratch(shown);
    findings.add({
      verb,
      resource: wide ? (verb === 'delete' && at?.vast === true ? 'directory-tree' : 'directory') : 'file',
      system: 'filesystem',
      target: { ...(given === undefined ? {} : { id: given }), ...(at?.path === undefined ? {} : { path: at.path }) },
      scope:
        verb === 'search' || wide ? (at?.vast === true && verb === 'delete' ? 'all' : 'many') : (at?.scope ?? 'one'),
      ...(verb === 'delete' && scratch ? { destructiveness: 0.3, reversibility: 'recoverable' as const } : {}),
      evidence: `tool ${name}${given === undefined ? '' : ` ${given}`}`,
      confidence: harmless && known ? 1 : known ? 0.95 : 0.9,
    });
  }
}

function pathsOf(args: unknown): string[] {
  const list = memberOf(args, 'paths');
  const single = stringMember(args, pathMembers);
  const more = Array.isArray(list) ? list.filter((item) => typeof item === 'string') : [];
  return [...(single === undefined ? [] : [single]), ...more];
}

function notePlace(findings: Findings, given: string, shown: string, verb: Verb): void {
  if (verb === 'read' || verb === 'search') findings.source(shown);
  if (verb === 'delete' || verb === 'create' || verb === 'update') return;
  const how = verb === 'read' ? 'reads' : verb === 'list' ? 'lists' : 'searches';
  notePath(findings, given, how);
  notePath(findings, shown, how);
}

function notePatterns(findings: Findings, args: unknown, name: string): void {
  for (const member of patternMembers) {
    const pattern = memberOf(args, member);
    if (typeof pattern !== 'string') continue;
    notePattern(findings, pattern, name);
    notePath(findings, pattern, 'looks for');
  }
}
