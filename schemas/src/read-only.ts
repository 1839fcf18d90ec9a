import { harmlessCommand } from './read-only-command.ts';
import { speaksOfSecrets } from './secret-names.ts';

export { huntedBy, secretNameIn, secretStore, speaksOfSecrets } from './secret-names.ts';

/** A call as the sdk sees it before it runs. */
export interface CallShape {
  readonly tool: string;
  readonly arguments: unknown;
  /** Working directory of the call, when known: a secret-bearing one is never on the fast path. */
  readonly cwd?: string | undefined;
  /** Tools that the registry pins as read-only. */
  readonly readOnlyTools?: readonly string[] | undefined;
}

const shellTools: ReadonlySet<string> = new Set([
  'shell',
  'bash',
  'Bash',
  'sh',
  'run_command',
  'run_shell_command',
  'execute_command',
  'exec_command',
  'terminal',
]);

/** Members beside `command` that change nothing about what runs. */
const harmlessMembers: ReadonlySet<string> = new Set(['description', 'timeout', 'timeoutMs', 'timeout_ms']);

/** Longest command, and longest text in a pinned tool's arguments, in characters. */
const MAX_TEXT = 2048;
/** Most values in a pinned tool's arguments. */
const MAX_VALUES = 200;

/**
 * Tells whether a call is plainly read-only, so that the sdk may run it at once under a lease.
 *
 * Looks at strings only and is conservative: whatever it lets through, the collector's classifier calls read-only too.
 * True for a simple command of a known read-only program without operators, substitution or secret-bearing words, and
 * for a tool that the registry pins as read-only. Never throws.
 *
 * @example
 * isReadOnlyCall({ tool: 'bash', arguments: { command: 'git status' } }) // true
 * isReadOnlyCall({ tool: 'bash', arguments: { command: 'cat .env' } }) // false
 */
export function isReadOnlyCall(call: CallShape): boolean {
  try {
    if (call.cwd !== undefined && speaksOfSecrets(call.cwd)) return false;
    if (call.readOnlyTools?.includes(call.tool) === true) return !holdsSecretName(call.arguments);
    if (!shellTools.has(call.tool)) return false;
    const command = commandOf(call.arguments);
    return command !== undefined && command.length <= MAX_TEXT && harmlessCommand(command, call.cwd);
  } catch {
    // A getter or proxy that throws is not plain data.
    return false;
  }
}

/** The command, when the arguments hold nothing else that could matter. */
function commandOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  let command: string | undefined;
  for (const [key, member] of Object.entries(value)) {
    if (key === 'command' && typeof member === 'string') command = member;
    else if (!harmlessMembers.has(key)) return undefined;
    else if (typeof member !== 'string' && typeof member !== 'number') return undefined;
  }
  return command;
}

/** Walks plain data with a cap; what is too large or too deep counts as secret-bearing. */
function holdsSecretName(value: unknown): boolean {
  const open: unknown[] = [value];
  for (let seen = 0; open.length > 0; seen++) {
    if (seen > MAX_VALUES) return true;
    const next = open.pop();
    if (typeof next === 'string' && (next.length > MAX_TEXT || speaksOfSecrets(next))) return true;
    if (typeof next === 'object' && next !== null) {
      const entries = Object.entries(next);
      if (entries.length > MAX_VALUES) return true;
      for (const [key, member] of entries) open.push(key, member);
    }
  }
  return false;
}
