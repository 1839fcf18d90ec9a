import { resolve } from 'node:path';
import { shellWrites } from './shell-writes.ts';

/** What a call writes into a file. */
export interface FileWrite {
  /** Absolute. */
  readonly path: string;
  readonly text: string;
  /** `whole` replaces the file, `append` adds to its end, `edit` puts `text` in the place of `old`. */
  readonly how: 'whole' | 'append' | 'edit';
  readonly old?: string | undefined;
}

const PATHS = ['path', 'file_path', 'filePath', 'filepath', 'filename', 'file', 'target_file', 'absolute_path'];
const CONTENTS = ['content', 'contents', 'file_text', 'new_content', 'text'];
const COMMANDS = ['command', 'cmd', 'script', 'shell_command', 'bash'];
const REPLACED = ['old_string', 'old_str', 'oldText'];
const REPLACEMENTS = ['new_string', 'new_str', 'newText'];

/**
 * The files that a call writes, as far as its arguments show it: an editor's `{path, content}` and
 * `{path, old_string, new_string}`, a shell's here-documents and `echo '…' > file`. Pure; bounded.
 *
 * @example
 * writesOf({ path: 'go.sh', content: 'ls' }, '/srv/app') // [{ path: '/srv/app/go.sh', text: 'ls', how: 'whole' }]
 */
export function writesOf(args: unknown, cwd: string): FileWrite[] {
  if (typeof args !== 'object' || args === null) return [];
  const path = textMember(args, PATHS);
  const command = textMember(args, COMMANDS);
  if (path === undefined) return command === undefined ? [] : shellWrites(command, cwd);
  const at = resolve(cwd, path);
  const content = textMember(args, CONTENTS);
  if (content !== undefined) return [{ path: at, text: content, how: 'whole' }];
  const edits = 'edits' in args && Array.isArray(args.edits) ? args.edits.slice(0, 50) : [args];
  return edits.flatMap((edit: unknown) => {
    if (typeof edit !== 'object' || edit === null) return [];
    const text = textMember(edit, REPLACEMENTS);
    return text === undefined ? [] : [{ path: at, text, how: 'edit' as const, old: textMember(edit, REPLACED) }];
  });
}

/** Whether the arguments are those of an editor that writes: such a call runs nothing. */
export function isEditorsWrite(args: unknown): boolean {
  if (typeof args !== 'object' || args === null || textMember(args, PATHS) === undefined) return false;
  return textMember(args, [...CONTENTS, ...REPLACEMENTS]) !== undefined || 'edits' in args;
}

function textMember(value: object, names: readonly string[]): string | undefined {
  for (const name of names) {
    const member: unknown = Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
    if (typeof member === 'string') return member;
  }
  return undefined;
}
